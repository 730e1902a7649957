import { readdir, stat } from "node:fs/promises";
import { extname, join } from "node:path";
import type { Lab } from "../workshop/common/lab.js";
import { loadLab } from "../workshop/node/load-lab.js";
import { sharedImages } from "./config.js";
import { ServerError, serverErrorCodes } from "./errors.js";

export interface LoadedLabs {
  labs: Lab[];
  /** Labs of a folder that could not be read; a lab that was named by itself is an error instead. */
  skipped: { path: string; message: string }[];
}

/**
 * Reads the labs at the paths: each is a lab, one Markdown page, or a folder of labs. Throws the refusals of `loadLab` for a lab
 * named by itself, and SERVER_USAGE where a folder holds none or two labs have one name.
 */
export async function loadLabs(paths: readonly string[]): Promise<LoadedLabs> {
  const loaded: LoadedLabs = { labs: [], skipped: [] };
  for (const path of paths) {
    const inside = await labsInside(path);
    if (inside.length === 0) loaded.labs.push(await load(path));
    else await loadFolder(inside, loaded);
  }
  checkNames(loaded.labs);
  return loaded;
}

function load(path: string): Promise<Lab> {
  return loadLab(path, { imageFolders: [sharedImages] });
}

async function loadFolder(paths: readonly string[], loaded: LoadedLabs): Promise<void> {
  for (const path of paths) {
    try {
      loaded.labs.push(await load(path));
    } catch (error) {
      loaded.skipped.push({ path, message: error instanceof Error ? error.message : String(error) });
    }
  }
}

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
  const verdicts = await Promise.all(
    candidates.map(async (path) => (await isLab(path)) || extname(path) === ".md"),
  );
  const labs = candidates.filter((_path, at) => verdicts[at] && !/readme\.md$/i.test(candidates[at] ?? ""));
  if (labs.length > 0) return labs;
  throw new ServerError(
    serverErrorCodes.usage,
    `There is no lab in ${folder}: neither the folder nor one inside it has a workshop.yaml, and it holds no Markdown page.`,
  );
}

/** Whether the folder is a lab of either form. */
export async function isLab(folder: string): Promise<boolean> {
  return (await exists(join(folder, "workshop.yaml"))) || exists(join(folder, "workshop/workshop.yaml"));
}

async function isFolder(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined))?.isDirectory() ?? false;
}

async function exists(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined)) !== undefined;
}

function checkNames(labs: readonly Lab[]): void {
  const seen = new Map<string, Lab>();
  for (const lab of labs) {
    const other = seen.get(lab.name);
    if (other !== undefined) {
      const message = `Two labs have the name "${lab.name}": ${other.source.folder} and ${lab.source.folder}. Rename one.`;
      throw new ServerError(serverErrorCodes.usage, message);
    }
    seen.set(lab.name, lab);
  }
}
