import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { issueText } from "../../common/issue-text.js";
import { WORKSHOP_ERRORS, WorkshopError } from "../../common/errors.js";
import { type Scenario, scenarioSchema } from "../../common/killercoda/scenario.js";
import { isReallyWithin } from "../lab-path.js";
import { readRegularFile } from "../regular-file.js";
import { unicodeText } from "../text-encoding.js";

/** Deeper than any scenario is laid out. */
const MAX_DEPTH = 8;
/** As a page and a lab's other files: 10 MiB each. */
const MAX_FILE_BYTES = 10 * 1024 * 1024;

/** Reads the `index.json` of a scenario. Throws LAB_INVALID. */
export async function readScenario(folder: string): Promise<Scenario> {
  const path = join(folder, "index.json");
  const read = scenarioSchema.safeParse(await jsonOf(folder, path));
  if (read.success) return read.data;
  throw invalid(`The scenario ${path} is not as Killercoda wants it: ${issueText(read.error.issues)}`);
}

async function jsonOf(folder: string, path: string): Promise<unknown> {
  const text = await readText(folder, "index.json");
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw invalid(`The scenario ${path} is not JSON: ${(cause as Error).message}`, cause);
  }
}

/** A text file of the scenario. Throws LAB_INVALID where it is not there, lies outside, is too large or no text. */
export async function readText(folder: string, path: string): Promise<string> {
  const { content } = await readFileOf(folder, path);
  const text = unicodeText(content);
  if (text !== undefined) return text;
  throw invalid(`The file ${join(folder, path)} is not UTF-8; save it as UTF-8`);
}

/** Any file of the scenario. Throws LAB_INVALID where it is not there, lies outside, or is too large. */
export async function readFileOf(folder: string, path: string): Promise<{ content: Buffer; mode: number }> {
  const file = join(folder, path);
  if (!(await isReallyWithin(folder, file)))
    throw invalid(`The file ${file} lies outside of the scenario; put it inside`);
  try {
    const read = await readRegularFile(file);
    if (read.content.length <= MAX_FILE_BYTES) return read;
  } catch (cause) {
    throw invalid(
      `The file ${file} of the scenario cannot be read: ${cause instanceof Error ? cause.message : String(cause)}`,
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

function invalid(message: string, cause?: unknown): WorkshopError {
  return new WorkshopError(WORKSHOP_ERRORS.labInvalid, message, cause === undefined ? undefined : { cause });
}
