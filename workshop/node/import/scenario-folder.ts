import { join } from "node:path";
import { issueText } from "../../common/issue-text.js";
import { type Scenario, scenarioSchema } from "../../common/killercoda/scenario.js";
import { type Tell, invalid, readText } from "./foreign-folder.js";

/** Reads the `index.json` of a scenario. Throws LAB_INVALID. */
export async function readScenario(folder: string, tell: Tell): Promise<Scenario> {
  const path = join(folder, "index.json");
  const read = scenarioSchema.safeParse(await jsonOf(folder, path, tell));
  if (read.success) return read.data;
  throw invalid(`The scenario ${path} is not as Killercoda wants it: ${issueText(read.error.issues)}`);
}

async function jsonOf(folder: string, path: string, tell: Tell): Promise<unknown> {
  const text = await readText(folder, "index.json", tell);
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw invalid(`The scenario ${path} is not JSON: ${(cause as Error).message}`, cause);
  }
}
