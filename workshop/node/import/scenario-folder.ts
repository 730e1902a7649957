import { join } from "node:path";
import { faultyLine, lenientJson } from "../../common/killercoda/lenient-json.js";
import type { LabProblem } from "../../common/lab.js";
import { issueText } from "../../common/issue-text.js";
import { type Scenario, scenarioSchema } from "../../common/killercoda/scenario.js";
import { type Tell, invalid, readText } from "./foreign-folder.js";

const FILE = "index.json";

/** Reads the `index.json` of a scenario. Throws LAB_INVALID. */
export async function readScenario(folder: string, tell: Tell): Promise<Scenario> {
  const path = join(folder, FILE);
  const read = scenarioSchema.safeParse(await jsonOf(folder, path, tell));
  if (read.success) return read.data;
  throw invalid(`The scenario ${path} is not as Killercoda wants it: ${issueText(read.error.issues)}`);
}

/** Killercoda itself takes comments, and commas that nothing follows. */
async function jsonOf(folder: string, path: string, tell: Tell): Promise<unknown> {
  const text = await readText(folder, FILE, tell);
  const { text: plain, at } = lenientJson(text);
  try {
    const value: unknown = JSON.parse(plain);
    if (at !== undefined) tell({ ...NO_JSON, line: lineOf(text, at) });
    return value;
  } catch (cause) {
    const line = String(faultyLine(plain));
    throw invalid(`The scenario ${path} is not JSON, line ${line}: ${(cause as Error).message}`, cause);
  }
}

const NO_JSON: Omit<LabProblem, "line"> = {
  severity: "warning",
  rule: "imported",
  file: FILE,
  message:
    "the file has comments, or commas that nothing follows, which JSON does not have; it is read without them",
  fix: "Take them out: other programs do not read the file",
};

function lineOf(text: string, at: number): number {
  return text.slice(0, at).split("\n").length;
}
