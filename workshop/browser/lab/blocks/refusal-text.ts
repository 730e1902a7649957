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
 * What image policies said to a step. kubectl warns of a workload whose pods will be refused, and then does what it was asked for; events tell of what was
 * refused before. A command that failed was refused only where its error says so, and neither is told beside another reason.
 */
export function refusalOf({
  output = "",
  state,
}: Pick<StepResult, "output" | "state">): ToldRefusal | undefined {
  const lines = output.split("\n");
  const said = state === "failed" ? errorsIn(lines) : lines.filter((line) => !isWarning(line));
  const refused = explainRefusal(said.join("\n"));
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

/** What a command ended with, each with the objections on lines of their own that follow it. */
function errorsIn(lines: readonly string[]): string[] {
  let isError = false;
  return lines.filter((line) => (isError = isErrorLine(line) || (isError && line.startsWith("["))));
}

/** As kubectl and helm begin theirs. */
function isErrorLine(line: string): boolean {
  return /^error(?:$|[: ])/i.test(line) || (line.startsWith("The ") && line.includes(" is invalid:"));
}

function told(title: string, refusals: readonly Refusal[]): ToldRefusal {
  return {
    title,
    texts: [...new Set(refusals.map(({ text }) => text))].slice(0, SHOWN_REFUSALS),
    policies: [...new Set(refusals.map(({ policy }) => policy))],
  };
}
