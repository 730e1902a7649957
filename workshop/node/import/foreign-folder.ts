import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { WORKSHOP_ERRORS, WorkshopError } from "../../common/errors.js";
import { isReallyWithin } from "../lab-path.js";
import { readRegularFile } from "../regular-file.js";
import { unicodeText } from "../text-encoding.js";

/** Deeper than a lab of any platform is laid out. */
const MAX_DEPTH = 8;
/** As a page and a lab's other files: 10 MiB each. */
const MAX_FILE_BYTES = 10 * 1024 * 1024;

/** A text file of a lab that is to be imported. Throws LAB_INVALID where it is not there, lies outside, is too large or no text. */
export async function readText(folder: string, path: string): Promise<string> {
  const { content } = await readFileOf(folder, path);
  const text = unicodeText(content);
  if (text !== undefined) return text;
  throw invalid(`The file ${join(folder, path)} is not UTF-8; save it as UTF-8`);
}

/** Any file of it. Throws LAB_INVALID where it is not there, lies outside, or is too large. */
export async function readFileOf(folder: string, path: string): Promise<{ content: Buffer; mode: number }> {
  const file = join(folder, path);
  if (!(await isReallyWithin(folder, file)))
    throw invalid(`The file ${file} lies outside of the lab; put it inside`);
  try {
    const { size } = await stat(file);
    if (size <= MAX_FILE_BYTES) return await readRegularFile(file);
  } catch (cause) {
    throw invalid(
      `The file ${file} cannot be read: ${cause instanceof Error ? cause.message : String(cause)}`,
      cause,
    );
  }
  throw invalid(`The file ${file} has more than ${String(MAX_FILE_BYTES)} bytes; a lab takes no larger ones`);
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

/** LAB_INVALID with that message. */
export function invalid(message: string, cause?: unknown): WorkshopError {
  return new WorkshopError(WORKSHOP_ERRORS.labInvalid, message, cause === undefined ? undefined : { cause });
}
