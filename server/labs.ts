import { readdir, stat } from "node:fs/promises";
import { extname, join } from "node:path";
import type { BrokenLab } from "../workshop/common/api.js";
import type { Lab } from "../workshop/common/lab.js";
import { WORKSHOP_ERRORS, WorkshopError } from "../workshop/common/errors.js";
import { type TakenNames, freeName } from "../workshop/common/page-name.js";
import { shellWord } from "../workshop/common/shell-word.js";
import { type PathForm, labFormOf } from "../workshop/node/lab-form.js";
import { foreignFormOf } from "../workshop/node/import/labs-below.js";
import { ServerError, serverErrorCodes } from "./errors.js";

export interface LoadedLabs {
  /** Each under a name of its own. */
  labs: Lab[];
  /** Paths of those that take longer to read than the others may be kept waiting. */
  late: string[];
  broken: BrokenLab[];
  /** What was done about labs that have one name. */
  renamed: { path: string; message: string }[];
}

/** Reads one lab and finds what is wrong with it; where haste is called for, throws LateLab for one that takes its time. */
export type LoadLab = (path: string, haste?: "quick") => Promise<Lab>;

/** A lab that is to be read with more time. */
export class LateLab extends Error {
  override readonly name = "LateLab";

  constructor(path: string) {
    super(`The lab ${path} takes longer to read than others`);
  }
}

/**
 * Reads the labs at the paths: each is a lab, one Markdown page, or a folder of labs. A lab that cannot be read is one of the broken
 * ones, one that takes its time one of the late ones, and neither keeps the others from being read. Throws SERVER_USAGE where a folder holds no lab, and LAB_NOT_FOUND for one of the paths that leads to none.
 */
export async function loadLabs(paths: readonly string[], load: LoadLab): Promise<LoadedLabs> {
  const loaded: LoadedLabs = { labs: [], late: [], broken: [], renamed: [] };
  const taken: TakenNames = new Map();
  for (const path of (await Promise.all(paths.map(labPathsAt))).flat()) {
    try {
      const lab = await load(path, "quick");
      const name = freeName(lab.name, taken);
      const message = `There is another lab of the name ${lab.name}; this one is ${name}`;
      if (name !== lab.name) loaded.renamed.push({ path, message });
      loaded.labs.push({ ...lab, name });
    } catch (error) {
      if (paths.includes(path) && isNotFound(error)) throw error;
      if (error instanceof LateLab) loaded.late.push(path);
      else loaded.broken.push(brokenLab(path, error));
    }
  }
  return loaded;
}

/** What is told of a lab that threw this. */
export function brokenLab(path: string, error: unknown): BrokenLab {
  return { path, message: error instanceof Error ? error.message : String(error) };
}

function isNotFound(error: unknown): boolean {
  return error instanceof WorkshopError && error.code === WORKSHOP_ERRORS.labNotFound;
}

/** Endings of files that are labs of one page. */
const PAGES: ReadonlySet<string> = new Set([".md", ".adoc"]);

/** The labs behind a path that was given: itself, or those inside. Throws SERVER_USAGE where a folder holds none. */
export async function labPathsAt(path: string): Promise<string[]> {
  const inside = await labsInside(path);
  return inside.length === 0 ? [path] : inside;
}

/** Labs in a folder that is no lab itself; none for everything else. */
async function labsInside(folder: string): Promise<string[]> {
  if ((await isLab(folder)) || !(await isFolder(folder))) return [];
  const entries = (await readdir(folder)).toSorted().filter((name) => !name.startsWith("."));
  const candidates = entries.map((name) => join(folder, name));
  const isForeign = (await foreignFormOf(folder)) !== undefined;
  const isPage = (path: string): boolean => !isForeign && PAGES.has(extname(path));
  const verdicts = await Promise.all(candidates.map(async (path) => (await isLab(path)) || isPage(path)));
  const labs = candidates.filter((_path, at) => verdicts[at] && !isReadme(candidates[at] ?? ""));
  if (labs.length > 0) return labs;
  if (isForeign) throw toBeImported(folder, folder);
  const forms = await Promise.all(candidates.map(foreignFormOf));
  const foreign = candidates.find((_path, at) => forms[at] !== undefined);
  if (foreign !== undefined) throw toBeImported(folder, foreign);
  throw new ServerError(
    serverErrorCodes.usage,
    `There is no lab in ${folder}: neither the folder nor one inside it has a workshop.yaml or a folder workshop, and it holds no Markdown page.`,
  );
}

/** Said only where no lab stands beside it that can be read: its pages would be read as labs of their own, and their buttons as text. */
function toBeImported(folder: string, foreign: string): ServerError {
  return new ServerError(
    serverErrorCodes.usage,
    `${foreign} is a scenario of Killercoda or a track of Instruqt, which is written as a lab first: lectern import ${shellWord(folder)} --out LAB`,
  );
}

function isReadme(path: string): boolean {
  return /readme\.(?:md|adoc)$/i.test(path);
}

/** Whether the folder is a lab, or is meant to be one. */
export async function isLab(folder: string): Promise<boolean> {
  const form = await labFormOf(folder);
  return LAB_FOLDERS.has(form) || (form === "folder" && (await exists(join(folder, "workshop.yaml"))));
}

const LAB_FOLDERS: ReadonlySet<PathForm> = new Set(["native", "classic", "hugo"]);

async function isFolder(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined))?.isDirectory() ?? false;
}

async function exists(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined)) !== undefined;
}
