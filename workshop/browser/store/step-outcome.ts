import type { StepResult, StepState } from "../../common/api.js";
import { formatDuration } from "../../common/durations.js";

export interface Outcome {
  icon: "tick" | "cross" | "question" | "stop" | "clock" | "spinner" | "terminal";
  tone: "success" | "danger" | "warning" | "neutral";
  /** The state in a few words. */
  words: string;
}

type Describe = (result: StepResult) => Outcome;

const OUTCOMES: Record<Exclude<StepState, "idle">, Describe> = {
  queued: ({ waitsFor }) => ({
    icon: "clock",
    tone: "neutral",
    words: waitsFor === undefined ? "Waiting for this terminal to be free" : `Waits for ${waitsFor}`,
  }),
  running: ({ isOverdue }) => ({
    icon: "spinner",
    tone: "neutral",
    words: isOverdue ? "Still running" : "Running",
  }),
  succeeded: (result) => ({ icon: "tick", tone: "success", words: `Succeeded${took(result)}` }),
  "expected-failure": (result) => ({
    icon: "tick",
    tone: "success",
    words: `Refused, as it should be${took(result)}`,
  }),
  typed: () => ({ icon: "terminal", tone: "neutral", words: "Typed" }),
  failed: (result) => ({ icon: "cross", tone: "danger", words: `Failed${exit(result)}${took(result)}` }),
  interrupted: (result) => ({ icon: "stop", tone: "warning", words: `Interrupted${took(result)}` }),
  unknown: () => ({ icon: "question", tone: "warning", words: "No verdict" }),
};

/** What a block's state looks like and is called; `undefined` while nothing has happened. */
export function outcomeOf(result: StepResult | undefined): Outcome | undefined {
  if (result === undefined || result.state === "idle") return undefined;
  return OUTCOMES[result.state](result);
}

/** The sentence a screen reader hears when a block has ended; `undefined` while it has not. */
export function announcementOf(result: StepResult): string | undefined {
  if (result.state === "idle" || result.state === "queued" || result.state === "running") return undefined;
  const words = OUTCOMES[result.state](result).words.replaceAll(" · ", ", ");
  return `Step ${result.number + 1}: ${words}.${result.message ? ` ${result.message}` : ""}`;
}

/** The last line of output that says something; what a failed block shows at once. */
export function lastLine(output: string | undefined): string | undefined {
  return output
    ?.split(/\r?\n/)
    .map((line) => line.trimEnd())
    .findLast((line) => line.trim() !== "");
}

function took(result: StepResult): string {
  return result.durationMs === undefined ? "" : ` · ${formatDuration(result.durationMs)}`;
}

function exit(result: StepResult): string {
  // A command that ended well and failed all the same failed for another reason, which its message says.
  return result.exitStatus ? ` · exit status ${result.exitStatus}` : "";
}
