import type { HugoConfig, PageVariable } from "../common/educates-schema.js";
import { hugoConfigSchema } from "../common/educates-schema.js";
import { pageVariables } from "../common/educates-lab.js";
import { WORKSHOP_ERRORS, WorkshopError } from "../common/errors.js";
import type { Lab, LabPage, LabProblem } from "../common/lab.js";
import { labelOf, pageNames } from "../common/page-name.js";
import { contentFiles, educatesLab, readEducatesWorkshop } from "./educates-workshop.js";
import { readWorkshopFile } from "./educates-resource.js";
import { titlesOfNoPage } from "./titles-of-no-page.js";
import { type PageText, isUnreadable, pageOf, readPageTextOfFolder } from "./page-file.js";

const CONFIG = "workshop/config.yaml";
const CONTENT = "workshop/content/";

/** Reads an Educates workshop of the Hugo form as it is; what comes to something else here is reported by its place. */
export async function loadHugoLab(folder: string): Promise<Lab> {
  const [workshop, config] = await Promise.all([
    readEducatesWorkshop(folder),
    readWorkshopFile(folder, CONFIG, hugoConfigSchema),
  ]);
  const settings = config.value ?? {};
  const found = await readContent(folder, namesIn(settings));
  const pathway = pathwayOf(settings, workshop.shells.environment["PATHWAY_NAME"]);
  const ordered = inOrder(found.files, pathway?.steps ?? undefined);
  const names = pageNames(ordered.files.map(({ path }) => path));
  const titles = titlesOf(settings);
  const pages = ordered.files.map(({ path, file, text }, at): LabPage => {
    const page = pageOf(file, names[at] ?? labelOf(path), text);
    return { ...page, title: text.front.title ?? titles.get(path) ?? page.title, ...templatesOf(file) };
  });
  if (pages.every(isUnreadable))
    throw new WorkshopError(
      WORKSHOP_ERRORS.labInvalid,
      `${folder} has no page: there is no file of Markdown or AsciiDoc in ${CONTENT} that can be read; add one`,
    );
  const given = [...(settings.params ?? []), ...(pathway?.params ?? [])];
  return educatesLab(workshop, {
    form: "hugo",
    pages,
    variables: {
      ...pageVariables(lastOfEach(given), workshop.shells.environment),
      ...(pathway && { pathway_name: pathway.name }),
    },
    roots: ["workshop/static", "workshop/content", "."],
    problems: [
      ...config.problems,
      ...orderWithoutEffect(settings, config.lineOf(["modules", "activate"])),
      ...found.problems,
      ...titlesOfNoPage([...titles.keys()], {
        file: CONFIG,
        pages: [...found.there, ...ordered.missing],
        lineOf: (path) => config.lineOf(titlePath(settings, path)),
      }),
      ...ordered.missing.map((step) => missingStep(step, config.lineOf(stepPath(pathway, step)))),
    ],
  });
}

/** The values that AsciiDoc may name as `{name}`. */
function namesIn({ params, pathways }: HugoConfig): string[] {
  const ofPaths = Object.values(pathways?.paths ?? {}).flatMap((path) => path?.params ?? []);
  return [...(params ?? []), ...ofPaths].map(({ name }) => name);
}

/** Pages of AsciiDoc name values in braces of their own, and have no shortcodes. */
function templatesOf(file: string): Pick<LabPage, "templates"> {
  return file.endsWith(".adoc") ? {} : { templates: "hugo" };
}

interface ContentFile {
  /** As pathways and links name it: without its ending, and of a bundle its folder. */
  path: string;
  /** Relative to the lab's folder. */
  file: string;
  text: PageText;
}

async function readContent(
  folder: string,
  names: readonly string[],
): Promise<{ there: string[]; files: ContentFile[]; problems: LabProblem[] }> {
  const all = new Set(await contentFiles(folder));
  // A page in both forms is the Markdown.
  const there = [...all].filter((path) => !path.endsWith(".adoc") || !all.has(path.replace(/adoc$/, "md")));
  const bundles = there.flatMap((path) => /^(?:(.*)\/)?index\.(?:md|adoc)$/.exec(path)?.[1] ?? []);
  const pages = there.filter((path) => isPage(path, bundles));
  const read = await Promise.all(pages.map((path) => readPageTextOfFolder(folder, CONTENT + path, names)));
  const files: ContentFile[] = [];
  const problems: LabProblem[] = [];
  for (const [at, text] of read.entries()) {
    const file = CONTENT + (pages[at] ?? "");
    if (text.front.draft === true) problems.push(draftPage(file));
    else {
      files.push({ path: pathOf(pages[at] ?? ""), file, text });
      problems.push(...shortcodesInAsciidoc(file, text));
    }
  }
  return { there, files, problems };
}

/** Lists of a section's pages are made by Hugo's theme, and what lies beside an `index.md` belongs to that page. */
function isPage(path: string, bundles: readonly string[]): boolean {
  if (/(?:^|\/)_index(?:\.[a-z-]+)?\.(?:md|adoc)$/.test(path)) return false;
  const folder = bundles.find((bundle) => path.startsWith(`${bundle}/`));
  return folder === undefined || pathOf(path) === folder;
}

function pathOf(path: string): string {
  return path.replace(/\.(?:md|adoc)$/, "").replace(/\/index$/, "");
}

/** Pages in the order of a pathway, else by weight and title where one has a weight, else by path. */
function inOrder(
  files: readonly ContentFile[],
  steps: readonly string[] | undefined,
): { files: ContentFile[]; missing: string[] } {
  if (steps && steps.length > 0) {
    const chosen = steps.map((step) => files.find(({ path }) => path === pathOf(step)));
    return { files: chosen.flatMap((file) => file ?? []), missing: steps.filter((_step, at) => !chosen[at]) };
  }
  const isWeighed = files.some(({ text }) => weightOf(text) !== 0);
  const ordered = files.toSorted((one, other) =>
    isWeighed ? byWeight(one, other) : byText(one.path, other.path),
  );
  return { files: ordered, missing: [] };
}

/** Pages without a weight come last. */
function byWeight(one: ContentFile, other: ContentFile): number {
  const [first, second] = [weightOf(one.text), weightOf(other.text)];
  if (first !== second) return (first || Infinity) - (second || Infinity);
  return byText(one.text.front.title ?? "", other.text.front.title ?? "") || byText(one.path, other.path);
}

function weightOf({ front }: PageText): number {
  return front.weight ?? 0;
}

function byText(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0;
}

interface Pathway {
  name: string;
  steps?: string[] | null | undefined;
  params?: PageVariable[] | null | undefined;
}

function pathwayOf({ pathways }: HugoConfig, wanted: string | undefined): Pathway | undefined {
  const name = wanted ?? pathways?.default ?? undefined;
  const found = name === undefined ? undefined : pathways?.paths?.[name];
  return name === undefined || found === undefined ? undefined : { ...found, name };
}

function titlesOf({ modules, pathways }: HugoConfig): Map<string, string> {
  const listed = Array.isArray(modules)
    ? modules.map(({ name, title }) => [name, title] as const)
    : Object.entries(modules ?? {}).map(([name, entry]) => [name, titleIn(entry)] as const);
  const mapped = Object.entries(pathways?.modules ?? {}).map(
    ([name, entry]) => [name, entry?.title] as const,
  );
  return new Map([...mapped, ...listed].flatMap(([name, title]) => (title ? [[pathOf(name), title]] : [])));
}

/** Where the configuration gives a page its title. */
function titlePath({ modules }: HugoConfig, page: string): PropertyKey[] {
  if (Array.isArray(modules)) {
    const at = modules.findIndex(({ name }) => pathOf(name) === page);
    if (at >= 0) return ["modules", at];
  } else {
    const name = Object.keys(modules ?? {}).find((one) => pathOf(one) === page);
    if (name !== undefined) return ["modules", name];
  }
  return ["pathways", "modules", page];
}

function titleIn(entry: unknown): string | undefined {
  const { title } = Object(entry) as { title?: unknown };
  return typeof title === "string" ? title : undefined;
}

/** A list of pages is of the classic form; in this one pages have their order from elsewhere. */
function orderWithoutEffect({ modules }: HugoConfig, line: number): LabProblem[] {
  if (Array.isArray(modules) || !Array.isArray(modules?.["activate"])) return [];
  return [
    {
      severity: "warning",
      rule: "unsupported",
      file: CONFIG,
      line,
      message:
        "modules.activate is of the classic form and has no effect: pages are in the order of their weights, else of their names",
      fix: "Give the pages a `weight`, or the workshop a pathway with them as its steps",
    },
  ];
}

function lastOfEach(variables: readonly PageVariable[]): PageVariable[] {
  return [...new Map(variables.map((variable) => [variable.name, variable])).values()];
}

function stepPath(pathway: Pathway | undefined, step: string): PropertyKey[] {
  return ["pathways", "paths", pathway?.name ?? "", "steps", pathway?.steps?.indexOf(step) ?? 0];
}

function missingStep(step: string, line: number): LabProblem {
  return {
    severity: "error",
    rule: "missing-page",
    file: CONFIG,
    line,
    message: `The pathway names the page ${step}, which does not exist`,
    fix: `Add ${CONTENT}${step}.md, or remove the step`,
  };
}

/** Of Hugo's shortcodes AsciiDoc knows nothing: they stay as they are written. */
function shortcodesInAsciidoc(file: string, { source, lines, firstLine }: PageText): LabProblem[] {
  const at = file.endsWith(".adoc")
    ? source.split("\n").findIndex((line) => /\{\{(?:%|&lt;) /.test(line))
    : -1;
  if (at < 0) return [];
  return [
    {
      severity: "warning",
      rule: "unsupported",
      file,
      line: lines?.[at] ?? firstLine + at,
      message: "Shortcodes of Hugo are shown as they are written on a page of AsciiDoc",
      fix: "Write {name} for a value, and the blocks of AsciiDoc for the rest",
      fidelity: "lacking",
    },
  ];
}

function draftPage(file: string): LabProblem {
  return {
    severity: "warning",
    rule: "draft",
    file,
    line: 1,
    message: "The page is a draft and is left out",
    fix: "Take draft out of its front matter to show it",
  };
}
