import type { StepResult } from "../common/api.js";
import type { Lab, LabProblem } from "../common/lab.js";
import type { SessionResource } from "../common/session.js";
import { lintLab } from "./lint-lab.js";

/** What `lectern validate` found; the reporters turn it into text. */
export interface ValidationReport {
  lab: string;
  title: string;
  outcome: "passed" | "failed";
  session: string;
  startedAt: string;
  durationMs: number;
  steps: ValidatedStep[];
  /** What lint found; an error of it fails the lab. */
  problems: LabProblem[];
  /** Where it was asked what the lab would notice: each of its commands, left out once. */
  mutants?: Mutant[];
}

export interface ValidatedStep {
  page: string;
  pageTitle: string;
  /** Relative to the lab's folder. */
  file: string;
  line: number;
  /** Number of the action on its page; of the next one for a stand-in. */
  step: number;
  /** The command, or what was done instead. */
  text: string;
  state: "passed" | "failed" | "skipped" | "stand-in";
  /** Whether it runs a command whose end is known. */
  isCommand?: true;
  durationMs: number;
  /** Why it failed, or why it was skipped. */
  message?: string;
  result?: StepResult;
}

/** A command of a lab that was left out of one replay. */
export interface Mutant extends Pick<
  ValidatedStep,
  "page" | "pageTitle" | "file" | "line" | "step" | "text"
> {
  /** Whether a step failed for it: this one or a later one. */
  isMissed: boolean;
  /** The step that failed for it. */
  missedBy?: Pick<ValidatedStep, "file" | "line" | "message">;
}

/** Exit statuses of `lectern validate`. */
export const VALIDATION_EXIT = { passed: 0, stepFailed: 1, labUnreadable: 2, platformFailed: 3 } as const;

export function exitStatusOf(report: ValidationReport): number {
  return report.outcome === "passed" ? VALIDATION_EXIT.passed : VALIDATION_EXIT.stepFailed;
}

interface Validation {
  lab: Lab;
  session: SessionResource;
  steps: readonly ValidatedStep[];
  startedAt: Date;
}

/** What a validation that has come to its end found. */
export function reportOf({ lab, session, steps: done, startedAt }: Validation): ValidationReport {
  const steps = done.toSorted(inOrderOf(lab));
  const problems = [...lintLab(lab), ...steps.flatMap(provesNothing)];
  const isFailed =
    steps.some(({ state }) => state === "failed") || problems.some(({ severity }) => severity === "error");
  return {
    lab: lab.name,
    title: lab.title,
    outcome: isFailed ? "failed" : "passed",
    session: session.metadata.name,
    startedAt: startedAt.toISOString(),
    durationMs: Date.now() - startedAt.getTime(),
    steps,
    problems,
  };
}

/** As the pages have them: a step that waited for another was done after it. */
function inOrderOf({ pages }: Lab): (one: ValidatedStep, other: ValidatedStep) => number {
  const order = pages.map(({ name }) => name);
  return (one, other) => order.indexOf(one.page) - order.indexOf(other.page) || one.step - other.step;
}

/** What was true before a step says nothing about it. */
function provesNothing({ file, line, result }: ValidatedStep): LabProblem[] {
  const before = result?.checks.filter(({ state }) => state === "before") ?? [];
  return before.map(({ text }) => ({
    severity: "warning",
    rule: "true-before",
    file,
    line,
    message: `The check "${text}" was true before its step, so it proves nothing`,
    fix: "Test for something that the step changes",
  }));
}
