import { readdir, stat } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { WORKSHOP_ERRORS, WorkshopError } from "../../common/errors.js";
import type { LabProblem } from "../../common/lab.js";
import { isReallyWithin } from "../lab-path.js";
import { readRegularFile } from "../regular-file.js";
import { labText } from "../text-encoding.js";
import { whyUnreadable } from "../unreadable-file.js";

/** Deeper than a lab of any platform is laid out. */
const MAX_DEPTH = 8;
/** As a page and a lab's other files: 10 MiB each. */
const MAX_FILE_BYTES = 10 * 1024 * 1024;

/** Takes what is to be said of a lab that is imported. */
export type Tell = (problem: LabProblem) => void;

/** A text file of a lab that is to be imported; what is not UTF-8 is told. Throws LAB_INVALID where it is not there, lies outside or is too large. */
export async function readText(folder: string, path: string, tell?: Tell): Promise<string> {
  const { text, problems } = labText((await readFileOf(folder, path)).content);
  for (const problem of problems) tell?.({ ...problem, file: path });
  return text;
}

/** Any file of it. Throws LAB_INVALID where it is not there, lies outside, or is too large. */
export async function readFileOf(folder: string, path: string): Promise<{ content: Buffer; mode: number }> {
  const file = join(folder, path);
  if (!(await isReallyWithin(folder, file)))
    throw invalid(`The file ${path} lies outside of the lab; put it inside`);
  try {
    const { size } = await stat(file);
    if (size <= MAX_FILE_BYTES) return await readRegularFile(file);
  } catch (cause) {
    throw invalid(`The file ${path} cannot be read: ${await whyUnreadable(file, cause)}`, cause);
  }
  throw invalid(`The file ${path} has more than ${String(MAX_FILE_BYTES)} bytes; a lab takes no larger ones`);
}

/** Paths of all files below, relative to the folder; links are not followed, and what begins with a dot is left out. */
export async function filesBelow(folder: string, below = "", depth = 0): Promise<string[]> {
  if (depth > MAX_DEPTH) return [];
  const entries = await readdir(join(folder, below), { withFileTypes: true }).catch(() => []);
  const found: string[] = [];
  for (const entry of entries.toSorted((one, other) => (one.name < other.name ? -1 : 1))) {
    const path = below === "" ? entry.name : `${below}/${entry.name}`;
    if (entry.name.startsWith(".")) continue;
    if (entry.isDirectory()) found.push(...(await filesBelow(folder, path, depth + 1)));
    else if (entry.isFile()) found.push(path);
  }
  return found;
}

/** What a collection of labs has at its root: the repository itself, or the list of Killercoda's courses. */
const COLLECTION = new Set([".git", ".github", "structure.json"]);

/** The folder of the collection that a lab belongs to; the lab's own where nothing above says that it is one. */
export async function collectionOf(folder: string): Promise<string> {
  let found = resolve(folder);
  let above = found;
  for (let depth = 0; depth < MAX_DEPTH; depth++) {
    const names = await readdir(above).catch((): string[] => []);
    if (names.some((name) => COLLECTION.has(name))) found = above;
    if (names.includes(".git") || dirname(above) === above) break;
    above = dirname(above);
  }
  return found;
}

/** LAB_INVALID with that message. */
export function invalid(message: string, cause?: unknown): WorkshopError {
  return new WorkshopError(WORKSHOP_ERRORS.labInvalid, message, cause === undefined ? undefined : { cause });
}
