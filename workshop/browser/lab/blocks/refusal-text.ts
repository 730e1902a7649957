import type { CheckResult, StepResult } from "../../../common/api.js";
import { REFUSAL_NOTE, explainRefusal, type Refusal } from "../../../common/refusal.js";

/** More different refusals than a reader takes in at once. */
const SHOWN_REFUSALS = 6;

export interface ToldRefusal {
  title: string;
  /** One sentence for each policy, image and container. */
  texts: string[];
  /** The policies, each once. */
  policies: string[];
}

/**
 * What image policies said to a step. kubectl warns of a workload whose pods will be refused, and then does what it was asked for: where that failed,
 * it failed for another reason, and the warning is not told beside it.
 */
export function refusalOf({
  output = "",
  state,
}: Pick<StepResult, "output" | "state">): ToldRefusal | undefined {
  const lines = output.split("\n");
  const refused = explainRefusal(lines.filter((line) => !isWarning(line)).join("\n"));
  if (refused.length > 0) return told("Refused by image policy", refused);
  const warned = state === "failed" ? [] : explainRefusal(lines.filter(isWarning).join("\n"));
  return warned.length > 0 ? told("Its pods will be refused by image policy", warned) : undefined;
}

/** The author's checks, without the notes that are told as refusals already. */
export function checksBeside(result: Pick<StepResult, "checks"> | undefined): CheckResult[] {
  return result?.checks.filter(({ text }) => text !== REFUSAL_NOTE) ?? [];
}

function isWarning(line: string): boolean {
  return line.trimStart().startsWith("Warning:");
}

function told(title: string, refusals: readonly Refusal[]): ToldRefusal {
  return {
    title,
    texts: [...new Set(refusals.map(({ text }) => text))].slice(0, SHOWN_REFUSALS),
    policies: [...new Set(refusals.map(({ policy }) => policy))],
  };
}
