import { readdir } from "node:fs/promises";
import { basename, join } from "node:path";
import { stringify } from "yaml";
import { homeContentOf } from "../common/educates-files.js";
import { describeLab } from "../common/educates-lab.js";
import type { Lab, LabPage, LabProblem, LabSource, PathPatterns } from "../common/lab.js";
import { labelOf, workspacesNamedIn } from "../common/page-name.js";
import { placeOf } from "../common/resource-note.js";
import { type ValuelessNames, valuelessNames } from "../common/valueless-names.js";
import { readResource } from "./educates-resource.js";
import { startFilesOf, unusedFiles } from "./educates-folder.js";

/** What both forms of an Educates workshop have in common: everything but the pages and their variables. */
export interface EducatesWorkshop {
  folder: string;
  described: ReturnType<typeof describeLab>["described"];
  home: Pick<LabSource, "homeFiles" | "homePatterns" | "inlineFiles">;
  shells: NonNullable<Lab["shells"]>;
  valueless: ValuelessNames;
  problems: LabProblem[];
}

/** Reads a workshop's resource and looks at its folder. Never throws for what an author wrote. */
export async function readEducatesWorkshop(folder: string): Promise<EducatesWorkshop> {
  const { file, value, lineOf, writtenPath, problems } = await readResource(folder);
  const resource = value ?? { spec: {} };
  const { described, notes } = describeLab(resource);
  const content = homeContentOf(resource);
  const said = [...notes, ...content.notes].map(({ path, fidelity, message, fix, isError }): LabProblem => {
    const line = lineOf(path);
    const place = placeOf(path);
    return {
      severity: isError ? "error" : "warning",
      rule: "unsupported",
      file,
      line,
      message: message.startsWith(place) ? placeOf(writtenPath(path)) + message.slice(place.length) : message,
      fix,
      fidelity,
    };
  });
  const start = await startFilesOf(folder);
  return {
    folder,
    described,
    home: { homeFiles: folder, homePatterns: homePatterns(content.patterns), inlineFiles: content.inline },
    shells: {
      environment: described.shellEnvironment,
      // Not every lab brings it: some have it made by what sets the home up.
      folder: "exercises",
      ...start,
    },
    valueless: valuelessNames(resource),
    problems: [...problems, ...said, ...(await unusedFiles(folder, described))],
  };
}

/** What stays out of homes: the pages and the definition are of no use there, and what git keeps is no file of the lab. */
const NEVER_HOME = ["/workshop/**", "/.git/**", "**/.DS_Store"];

function homePatterns({ include, exclude }: PathPatterns): PathPatterns {
  return { include, exclude: [...exclude, ...NEVER_HOME] };
}

/** Puts the lab together. */
export function educatesLab(
  { folder, described, home, shells, valueless, problems }: EducatesWorkshop,
  own: {
    form: "classic" | "hugo";
    title?: string | undefined;
    pages: LabPage[];
    variables: Record<string, string>;
    roots: string[];
    problems: LabProblem[];
  },
): Lab {
  const { name, title, objects, shellEnvironment: _shells, ...rest } = described;
  return {
    ...rest,
    name: labelOf(name ?? basename(folder)),
    title: title ?? own.title ?? basename(folder),
    workspaces: [...new Set(own.pages.flatMap((page) => workspacesNamedIn(page.source)))],
    variables: { ...described.variables, ...own.variables },
    egress: [],
    pool: { ready: 0 },
    home: "temporary",
    objects: objects.map((object) => stringify(object)),
    shells,
    pages: own.pages.map((page) => ({ ...page, valueless })),
    source: { form: own.form, path: folder, folder, roots: own.roots, ...home },
    problems: [...problems, ...own.problems],
  };
}

/** Paths of the Markdown and AsciiDoc files below the folder of pages, relative to it; a link that leads out of the lab is none. */
export async function contentFiles(folder: string): Promise<string[]> {
  const content = join(folder, "workshop/content");
  const found = await readdir(content, { recursive: true }).catch((): string[] => []);
  return found.filter((path) => /\.(?:md|adoc)$/.test(path)).toSorted();
}
