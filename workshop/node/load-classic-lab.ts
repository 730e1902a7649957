import type { z } from "zod";
import { pageVariables } from "../common/educates-lab.js";
import { type PageVariable, classicModulesSchema, classicWorkshopSchema } from "../common/educates-schema.js";
import { WORKSHOP_ERRORS, WorkshopError } from "../common/errors.js";
import type { Lab, LabPage, LabProblem } from "../common/lab.js";
import { labelOf, pageNames } from "../common/page-name.js";
import { type WorkshopFile, readWorkshopFile } from "./educates-resource.js";
import { titlesOfNoPage } from "./titles-of-no-page.js";
import { contentFiles, educatesLab, readEducatesWorkshop } from "./educates-workshop.js";
import { type PageName, isUnreadable, readPageOfFolder } from "./page-file.js";

const MODULES = "workshop/modules.yaml";
const CONTENT = "workshop/content/";

/** Reads an Educates workshop of the classic form as it is; what comes to something else here is reported by its place. */
export async function loadClassicLab(folder: string): Promise<Lab> {
  const workshop = await readEducatesWorkshop(folder);
  const file = `workshop/${workshop.shells.environment["WORKSHOP_FILE"] ?? "workshop.yaml"}`;
  const [course, modules, content] = await Promise.all([
    readWorkshopFile(folder, file, classicWorkshopSchema),
    readWorkshopFile(folder, MODULES, classicModulesSchema),
    contentFiles(folder),
  ]);
  const titles = modules.value?.modules ?? {};
  const { paths, list } = listedPages(course, modules, content);
  const variables = pageVariables(
    overridden(modules.value?.config?.vars ?? [], course.value?.vars ?? []),
    workshop.shells.environment,
  );
  const named = { ...workshop.described.variables, ...variables };
  const pages = await readPages(folder, paths, { content: new Set(content), list, variables: named });
  if (pages.pages.every(isUnreadable))
    throw new WorkshopError(
      WORKSHOP_ERRORS.labInvalid,
      `${folder} names ${paths.length} pages and none of them is a file of Markdown or AsciiDoc in ${CONTENT}; add one`,
    );
  return educatesLab(workshop, {
    form: "classic",
    title: course.value?.name ?? undefined,
    pages: pages.pages.map((page, at) => ({
      ...page,
      title: titleIn(titles, pages.paths[at]) ?? page.title,
    })),
    variables,
    roots: ["workshop/content", "."],
    problems: [
      ...course.problems,
      ...modules.problems,
      ...pages.problems,
      ...titlesOfNoPage(Object.keys(titles), {
        file: MODULES,
        // What the list names is told of by the list.
        pages: [...content, ...paths],
        lineOf: (path) => modules.lineOf(["modules", path]),
      }),
      ...ignoredExitSigns(titles),
    ],
  });
}

type Titles = Record<
  string,
  {
    name?: string | null | undefined;
    title?: string | null | undefined;
    exit_sign?: string | null | undefined;
  } | null
>;

function titleIn(titles: Titles, path: string | undefined): string | undefined {
  const entry = path === undefined ? undefined : titles[path];
  return entry?.name ?? entry?.title ?? undefined;
}

/** Variables of `modules.yaml` with the values that `workshop.yaml` gives them, and those that only the latter has. */
function overridden(declared: readonly PageVariable[], given: readonly PageVariable[]): PageVariable[] {
  const overrides = new Map(given.map(({ name, value }) => [name, value]));
  const names = new Set(declared.map(({ name }) => name));
  return [
    ...declared.map((variable) => ({ ...variable, value: overrides.get(variable.name) ?? variable.value })),
    ...given.filter(({ name }) => !names.has(name)),
  ];
}

type Course = WorkshopFile<z.infer<typeof classicWorkshopSchema>>;
type Modules = WorkshopFile<z.infer<typeof classicModulesSchema>>;

/** The pages that the course lists, else those that have titles, else all there are. */
function listedPages(
  course: Course,
  modules: Modules,
  content: readonly string[],
): { paths: string[]; list: PageList } {
  const active = course.value?.modules?.activate;
  const listed = active ?? Object.keys(modules.value?.modules ?? {});
  const paths = (listed.length > 0 ? listed : content).map((path) => path.replace(/\.(?:md|adoc)$/, ""));
  const list = active
    ? {
        file: course.file,
        lineOf: (_path: string, at: number) => course.lineOf(["modules", "activate", at]),
      }
    : { file: modules.file, lineOf: (path: string) => modules.lineOf(["modules", path]) };
  return { paths, list };
}

/** Where the pages are listed. */
interface PageList {
  file: string;
  lineOf: (path: string, at: number) => number;
}

interface ReadPages {
  pages: LabPage[];
  /** Of each page, as `modules.yaml` names it. */
  paths: string[];
  problems: LabProblem[];
}

async function readPages(
  folder: string,
  paths: readonly string[],
  {
    content,
    list,
    variables,
  }: { content: ReadonlySet<string>; list: PageList } & Pick<PageName, "variables">,
): Promise<ReadPages> {
  const names = pageNames(paths);
  const read = await Promise.allSettled(
    paths.map(async (path, at) => {
      const file = [`${path}.md`, `${path}.adoc`].find((name) => content.has(name));
      if (file === undefined) throw new Error(`The page ${path} does not exist`);
      const page = { name: names[at] ?? labelOf(path), ...(variables && { variables }) };
      return readPageOfFolder(folder, `${CONTENT}${file}`, page);
    }),
  );
  const all: ReadPages = { pages: [], paths: [], problems: [] };
  for (const [at, result] of read.entries()) {
    const path = paths[at] ?? "";
    if (result.status === "fulfilled") {
      all.pages.push(result.value);
      all.paths.push(path);
      continue;
    }
    const message = messageOf(result.reason);
    all.problems.push({
      severity: "error",
      rule: "missing-page",
      file: list.file,
      line: list.lineOf(path, at),
      message,
      fix: `See to ${CONTENT}${path}.md, or remove the page from the list`,
    });
  }
  return all;
}

function messageOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}

/** The link to the next page bears that page's title; words of another page are one sentence for the whole lab. */
function ignoredExitSigns(titles: Titles): LabProblem[] {
  if (!Object.values(titles).some((page) => page?.exit_sign)) return [];
  return [
    {
      severity: "warning",
      rule: "unsupported",
      file: MODULES,
      line: 1,
      message: "exit_sign has no effect: the link to the next page bears that page's title",
      fix: "Remove it, or give the next page the title you want to see there",
      fidelity: "approximated",
    },
  ];
}
