import { readFile, readdir } from "node:fs/promises";
import { basename, join } from "node:path";
import { stringify } from "yaml";
import type { z } from "zod";
import type { TerminalLayout } from "../common/api.js";
import {
  type ClassicResource,
  classicIngresses,
  classicModulesSchema,
  classicResourceSchema,
  classicWorkshopSchema,
  inBraces,
  unsupportedParts,
} from "../common/classic-schema.js";
import { WORKSHOP_ERRORS, WorkshopError } from "../common/errors.js";
import { BUDGET_NAMES, LAB_LEVELS, type Lab, type LabPage, type LabProblem } from "../common/lab.js";
import { labelOf, pageNames, workspacesNamedIn } from "../common/page-name.js";
import { homeFiles } from "./load-native-lab.js";
import { readPageOfFolder } from "./page-file.js";
import { readYamlAs } from "./yaml-file.js";

const RESOURCE_FILE = "resources/workshop.yaml";

/** Reads a classic Educates folder as it is; what Lectern does not do is reported by name. */
export async function loadClassicLab(folder: string): Promise<Lab> {
  const workshop = await readAs(classicWorkshopSchema, folder, "workshop/workshop.yaml");
  const modules =
    (await readOptional(classicModulesSchema, folder, "workshop/modules.yaml")) ??
    classicModulesSchema.parse({});
  const resource = (await readOptional(classicResourceSchema, folder, RESOURCE_FILE)) ?? { spec: {} };
  const { ingresses, without } = classicIngresses(resource);
  const problems = [...unsupportedParts(resource), ...without].map((part) => unsupported(part));
  problems.push(...(await unusedFolders(folder)));
  if (Object.values(modules.modules).some((page) => page?.exit_sign)) problems.push(ignoredExitSign());
  const pages = await readPages(folder, workshop.modules.activate, { titles: modules.modules, problems });
  return {
    name: labelOf(resource.metadata?.name ?? basename(folder)),
    title: resource.spec.title ?? workshop.name ?? basename(folder),
    ...described(resource),
    workspaces: [...new Set(pages.flatMap((page) => workspacesNamedIn(page.source)))],
    variables: { ...modules.config?.vars, ...workshop.vars, ...literalEnvironment(resource) },
    environment: (resource.spec.session?.env ?? [])
      .filter(({ value }) => value === undefined)
      .map(({ name }) => name),
    egress: [],
    ingresses,
    pool: { ready: 0 },
    home: "temporary",
    pages,
    source: { form: "classic", path: folder, folder, ...(await homeFiles(folder, "exercises")) },
    problems,
  };
}

function described(
  resource: ClassicResource,
): Pick<Lab, "description" | "minutes" | "level" | "needs" | "budget" | "layout" | "dashboards" | "objects"> {
  const session = resource.spec.session;
  return {
    description: resource.spec.description?.trim() ?? "",
    minutes: minutesOf(resource.spec.duration),
    level: LAB_LEVELS.find((level) => level === resource.spec.difficulty) ?? "beginner",
    needs: [],
    budget: BUDGET_NAMES.find((budget) => budget === session?.namespaces?.budget) ?? "medium",
    layout: layoutOf(session?.applications?.terminal?.layout),
    dashboards: (session?.dashboards ?? []).map(({ name, url }) => ({
      name,
      ...(url ? { url: inBraces(url) } : {}),
    })),
    objects: (session?.objects ?? []).map((object) => stringify(object)),
  };
}

/** What the workshop gives its container is what its pages may show as `{{ ENV_NAME }}`. */
function literalEnvironment(resource: ClassicResource): Record<string, string> {
  const env = resource.spec.session?.env ?? [];
  return Object.fromEntries(
    env.flatMap(({ name, value }) => (value === undefined ? [] : [[`ENV_${name}`, String(value)]])),
  );
}

const LAYOUTS: readonly TerminalLayout[] = ["default", "split", "split/2", "lower", "none"];

function layoutOf(layout: string | undefined): TerminalLayout {
  return LAYOUTS.find((known) => known === layout) ?? "default";
}

function minutesOf(duration: string | number | undefined): number {
  const parts = /^(\d+)\s*([mh]?)/.exec(String(duration ?? ""));
  return parts ? Number(parts[1]) * (parts[2] === "h" ? 60 : 1) : 60;
}

async function readPages(
  folder: string,
  paths: readonly string[],
  context: { titles: Record<string, { name?: string | undefined } | null>; problems: LabProblem[] },
): Promise<LabPage[]> {
  const names = pageNames(paths);
  const present = new Set(await readdir(join(folder, "workshop/content"), { recursive: true }));
  const pages: LabPage[] = [];
  for (const [at, path] of paths.entries()) {
    if (!present.has(`${path}.md`)) {
      context.problems.push(missingPage(path, present.has(`${path}.adoc`)));
      continue;
    }
    const page = await readPageOfFolder(folder, `workshop/content/${path}.md`, names[at] ?? labelOf(path));
    pages.push({ ...page, title: context.titles[path]?.name ?? page.title });
  }
  if (pages.length === 0)
    throw new WorkshopError(
      WORKSHOP_ERRORS.labInvalid,
      `${folder} names ${paths.length} pages and none of them is a Markdown file in workshop/content`,
    );
  return pages;
}

function missingPage(path: string, isAsciiDoc: boolean): LabProblem {
  const message = isAsciiDoc
    ? `The page ${path} is AsciiDoc, which is not read`
    : `The page ${path} does not exist`;
  const fix = isAsciiDoc
    ? "Convert it to Markdown"
    : `Add workshop/content/${path}.md, or remove the page from modules.activate`;
  return { severity: "error", rule: "missing-page", file: "workshop/workshop.yaml", line: 1, message, fix };
}

/** Folders of a workshop whose files do something on the original, and what. */
const UNUSED_FOLDERS: Readonly<Record<string, string>> = {
  "workshop/examiner": "its tests are not run",
  "workshop/slides": "its slides are not shown",
};

async function unusedFolders(folder: string): Promise<LabProblem[]> {
  const present = new Set(await readdir(join(folder, "workshop")));
  return Object.entries(UNUSED_FOLDERS).flatMap(([file, what]) => {
    if (!present.has(basename(file))) return [];
    const message = `${file} has no effect: ${what}`;
    const fix = "Remove it, or do not rely on it in the text";
    return [{ severity: "warning" as const, rule: "unsupported", file, line: 1, message, fix }];
  });
}

function unsupported(part: string): LabProblem {
  const message = `${part} is not supported and has no effect`;
  return {
    severity: "warning",
    rule: "unsupported",
    file: RESOURCE_FILE,
    line: 1,
    message,
    fix: "Remove it, or do not rely on it in the text",
  };
}

function ignoredExitSign(): LabProblem {
  return {
    severity: "warning",
    rule: "unsupported",
    file: "workshop/modules.yaml",
    line: 1,
    message: "exit_sign has no effect: the link to the next page bears that page's title",
    fix: "Remove it, or give the next page the title you want to see there",
  };
}

async function readOptional<Schema extends z.ZodType>(
  schema: Schema,
  folder: string,
  file: string,
): Promise<z.infer<Schema> | undefined> {
  const exists = await readFile(join(folder, file)).then(
    () => true,
    () => false,
  );
  return exists ? readAs(schema, folder, file) : undefined;
}

function readAs<Schema extends z.ZodType>(
  schema: Schema,
  folder: string,
  file: string,
): Promise<z.infer<Schema>> {
  return readYamlAs(schema, { path: join(folder, file), code: WORKSHOP_ERRORS.labInvalid }, "a workshop");
}
