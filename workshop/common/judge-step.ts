import type { CheckResult, StepResult, StepState } from "./api.js";
import { type Expectation, exitText, expectsFailure, matchText, mismatchText } from "./expectation.js";
import { compilePattern } from "./pattern.js";
import { REFUSAL_NOTE, explainRefusal } from "./refusal.js";

/** How a command ended, as far as the judgement needs it. */
export interface Outcome {
  status: "succeeded" | "failed" | "interrupted" | "typed" | "cancelled" | "unknown";
  exitStatus: number | null;
  output: string;
  reason?: string;
}

/** What a later step of the page does to a command that runs: end it, or give it the answer it asks for. */
export type Ending = "interrupt" | "input";

/** 4 KiB: what fits under a block; the terminal has the rest. */
const OUTPUT_CHARACTERS = 4096;

/** A line longer than this says no more in a report. */
const MESSAGE_CHARACTERS = 200;

type Judgement = Pick<StepResult, "state" | "exitStatus" | "output" | "checks" | "message">;

/** Judges a command by what was expected of it; conditions on the cluster come on top. */
export function judgeOutcome(outcome: Outcome, expectation: Expectation, ending?: Ending): Judgement {
  const seen = { exitStatus: outcome.exitStatus, output: outcome.output.slice(-OUTPUT_CHARACTERS) };
  const unjudged = unjudgedState(outcome, expectation, ending);
  if (unjudged) return { ...seen, checks: [], ...unjudged };
  const wrongExit = exitProblem(outcome.exitStatus, expectation.exit, outcome.output);
  const exit = exitText(expectation);
  const match = matchCheck(outcome.output, expectation);
  const checks = [
    ...(exit === undefined ? [] : [{ text: exit, state: wrongExit ? "failed" : "passed" } as const]),
    ...match,
    ...refusalNotes(outcome.output),
  ];
  if (wrongExit) return { ...seen, state: "failed", checks, message: wrongExit };
  const failed = match.find(({ state }) => state === "failed");
  return {
    ...seen,
    state: failed ? "failed" : successOf(expectation),
    checks,
    ...(failed ? { message: failedText(failed) } : {}),
  };
}

/** The state of a command without a status to judge by; `undefined` where there is one. */
function unjudgedState(
  { status, reason }: Outcome,
  expectation: Expectation,
  ending?: Ending,
): Pick<Judgement, "state" | "message"> | undefined {
  const why = reason ? { message: reason } : {};
  switch (status) {
    case "interrupted":
      if (ending === "interrupt" && expectation.match === undefined)
        return { state: "succeeded", message: "It ran until it was interrupted, as it should" };
      return { state: "interrupted", ...why };
    case "typed":
      return {
        state: expectation.exit === "any" && expectation.match === undefined ? "typed" : "unknown",
        ...why,
      };
    case "cancelled":
      return { state: "idle", ...why };
    case "unknown":
      return { state: "unknown", ...why };
    default:
      return undefined;
  }
}

/** What is wrong with a check, as the reason of its step. */
export function failedText(check: CheckResult): string {
  return check.detail ?? `Not yet: ${check.text}`;
}

/** A failure in the words that the author has for it, and with the author's hint. */
export function inAuthorsWords(
  judged: Partial<StepResult>,
  { fail, hint }: Pick<Expectation, "fail" | "hint">,
): Partial<StepResult> {
  if (judged.state !== "failed") return judged;
  const { message } = judged;
  return {
    ...judged,
    ...(fail !== undefined && { message: fail, ...(message !== undefined && { cause: message }) }),
    ...(hint !== undefined && { hint }),
  };
}

function successOf(expectation: Expectation): StepState {
  return expectsFailure(expectation) ? "expected-failure" : "succeeded";
}

function exitProblem(status: number | null, wanted: Expectation["exit"], output: string): string | undefined {
  if (wanted === "any" || status === wanted || (wanted === "nonzero" && status !== 0)) return undefined;
  if (wanted === "nonzero") return "The command succeeded, but it should have been refused or failed.";
  const ended = `The command ended with status ${status ?? "unknown"}, not with ${wanted}`;
  const last = errorLine(output) ?? lastLine(output);
  return last ? `${ended}: ${last}` : `${ended}.`;
}

function matchCheck(output: string, { match }: Expectation): CheckResult[] {
  if (match === undefined) return [];
  const text = matchText(match);
  if (compilePattern(match).matcher(output).find()) return [{ text, state: "passed" }];
  const seen = output.trim() === "" ? "The command printed nothing." : `It ends with: ${lastLine(output)}`;
  return [{ text, state: "failed", detail: `${mismatchText(match)} ${seen}` }];
}

/** A policy's refusal in the output is explained also where nobody asked for a check. */
function refusalNotes(output: string): CheckResult[] {
  const texts = new Set(explainRefusal(output).map((refusal) => refusal.text));
  return [...texts].map((detail) => ({ text: REFUSAL_NOTE, state: "passed", detail }));
}

/** The line that says what went wrong, where a program marks it as programs do. */
function errorLine(output: string): string | undefined {
  return /^(?:error|fatal|Error from server)\b.*$/im.exec(output)?.[0].trim().slice(0, MESSAGE_CHARACTERS);
}

function lastLine(output: string): string {
  return output.trimEnd().split("\n").at(-1)?.trim().slice(0, MESSAGE_CHARACTERS) ?? "";
}
