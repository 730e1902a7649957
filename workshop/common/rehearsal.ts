import { formatDuration } from "./durations.js";

/** What a rehearsal of an event looked at, and what came of it. */
export interface RehearsalFinding {
  what: "lab" | "learner" | "step" | "text" | "capacity" | "tab";
  where: string;
  /** Only `failed` fails the rehearsal. */
  outcome: "ok" | "warning" | "failed";
  /** In a sentence, or the end of one. */
  detail: string;
}

/** A rehearsal that came to its end. */
export interface Rehearsal {
  event: string;
  lab: string;
  title: string;
  /** How many went through the lab at once. */
  learners: number;
  outcome: "passed" | "failed";
  startedAt: string;
  durationMs: number;
  findings: RehearsalFinding[];
}

/** An address of a tab, which whoever asked for the rehearsal looks at. */
export interface RehearsedTab {
  name: string;
  url: string;
}

/** What a server tells of a rehearsal while it goes on; the last is `rehearsed` or `refused`. */
export type RehearsalEvent =
  | { type: "learner"; finding: RehearsalFinding }
  /** `page` is the address of the pages that show the tabs. */
  | { type: "rehearsed"; rehearsal: Omit<Rehearsal, "outcome">; tabs: RehearsedTab[]; page: string }
  | { type: "refused"; error: { code: string; message: string } }
  | { type: "ping" };

/** A replay of the lab by one of the learners, as far as it is told. */
export interface LearnerReplay {
  /** From 1. */
  number: number;
  durationMs: number;
  steps: readonly ReplayedStep[];
  problems: readonly ReplayedProblem[];
  /** Why it did not come to its end; then it has neither steps nor problems. */
  stopped?: string;
}

export interface ReplayedStep {
  file: string;
  line: number;
  state: "passed" | "failed" | "skipped" | "stand-in";
  text: string;
  message?: string;
}

export interface ReplayedProblem {
  severity: "error" | "warning";
  file: string;
  line: number;
  message: string;
}

/** What one learner came to. */
export function learnerFinding({ number, steps, durationMs, stopped }: LearnerReplay): RehearsalFinding {
  const where = `learner ${String(number)}`;
  if (stopped !== undefined) return { what: "learner", where, outcome: "failed", detail: stopped };
  const count = (state: ReplayedStep["state"]) => steps.filter((step) => step.state === state).length;
  const counts = `${count("passed")} passed, ${count("failed")} failed, ${count("skipped")} left out`;
  return {
    what: "learner",
    where,
    outcome: count("failed") > 0 ? "failed" : "ok",
    detail: `${counts} in ${formatDuration(durationMs)}`,
  };
}

/** The steps that failed, each once, with how many it failed for. */
export function stepFindings(replays: readonly LearnerReplay[]): RehearsalFinding[] {
  const ended = replays.filter(({ stopped }) => stopped === undefined);
  const failed = ended.flatMap(({ steps }) => steps.filter(({ state }) => state === "failed"));
  const places = new Set(failed.map(placeOf));
  return [...places].map((where) => {
    const here = failed.filter((step) => placeOf(step) === where);
    const times = ended.filter(({ steps }) =>
      steps.some((step) => step.state === "failed" && placeOf(step) === where),
    ).length;
    const [first] = here;
    const why = `${firstLine(first?.text ?? "")}: ${first?.message ?? "it failed"}`;
    const who = ended.length === 1 ? "" : `${String(times)} of ${String(ended.length)} learners: `;
    return { what: "step", where, outcome: "failed", detail: `${who}${why}` };
  });
}

/** What is wrong with the text, each once, or that nothing is: links that lead nowhere are of it. */
export function textFindings(lab: string, replays: readonly LearnerReplay[]): RehearsalFinding[] {
  const ended = replays.filter(({ stopped }) => stopped === undefined);
  if (ended.length === 0) return [];
  const errors = ended.flatMap(({ problems }) => problems.filter(({ severity }) => severity === "error"));
  const found = new Map(errors.map((problem) => [`${placeOf(problem)} ${problem.message}`, problem]));
  if (found.size === 0)
    return [{ what: "text", where: lab, outcome: "ok", detail: "its links lead to what is there" }];
  return [...found.values()].map((problem) => ({
    what: "text",
    where: placeOf(problem),
    outcome: "failed",
    detail: problem.message,
  }));
}

/** The rehearsal with what was found besides, and what it comes to. */
export function concluded(
  rehearsal: Omit<Rehearsal, "outcome">,
  besides: readonly RehearsalFinding[],
): Rehearsal {
  const findings = [...rehearsal.findings, ...besides];
  const isFailed = findings.some(({ outcome }) => outcome === "failed");
  return { ...rehearsal, outcome: isFailed ? "failed" : "passed", findings };
}

function placeOf({ file, line }: { file: string; line: number }): string {
  return `${file}:${String(line)}`;
}

function firstLine(text: string): string {
  const [first = "", ...more] = text.trim().split("\n");
  return more.length > 0 ? `${first} …` : first;
}
