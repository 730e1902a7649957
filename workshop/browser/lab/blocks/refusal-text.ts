import type { CheckResult, StepResult } from "../../../common/api.js";
import { REFUSAL_NOTE, explainRefusal } from "../../../common/refusal.js";

/** More different refusals than a reader takes in at once. */
const SHOWN_REFUSALS = 6;

/** What image policies refused in a step, one sentence for each policy, image and container; empty where nothing was. */
export function refusalsIn(result: Pick<StepResult, "output">): string[] {
  const texts = explainRefusal(result.output ?? "").map(({ text }) => text);
  return [...new Set(texts)].slice(0, SHOWN_REFUSALS);
}

/** The policies that refused something in a step, each once. */
export function policiesIn(result: Pick<StepResult, "output"> | undefined): string[] {
  return [...new Set(explainRefusal(result?.output ?? "").map(({ policy }) => policy))];
}

/** The author's checks, without the notes that are told as refusals already. */
export function checksBeside(result: Pick<StepResult, "checks"> | undefined): CheckResult[] {
  return result?.checks.filter(({ text }) => text !== REFUSAL_NOTE) ?? [];
}
