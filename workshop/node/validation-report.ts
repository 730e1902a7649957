import type { StepResult } from "../common/api.js";
import type { ExpectedOutput } from "../common/expected-output.js";
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
  /** Files with what the namespaces of sessions held when a step had failed, where they are kept. */
  objects?: string[];
  /** Files with what a learner's page looked like when a step had failed, where it was clicked through and they are kept. */
  pictures?: string[];
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
  /** What its command printed in place of what the page says, where that is taken for what is right from now on. */
  accepted?: AcceptedOutput;
}

/** An output that differs from the one of its page, and is right all the same. */
export interface AcceptedOutput {
  expected: ExpectedOutput;
  output: string;
  /** What is called otherwise in every session, and how the page writes that. */
  names: { value: string; written: string }[];
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
  /** What failed besides steps. */
  problems: readonly LabProblem[];
  /** Whether a check that was true before its step is an error. */
  options: { provesChecks?: boolean };
}

/** What a validation that has come to its end found. */
export function reportOf({
  lab,
  session,
  steps: done,
  startedAt,
  problems: others,
  options,
}: Validation): ValidationReport {
  const steps = done.toSorted(inOrderOf(lab));
  const unprovenIs = options.provesChecks ? "error" : "warning";
  const problems = [...lintLab(lab), ...others, ...steps.flatMap((step) => provesNothing(step, unprovenIs))];
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
function provesNothing(
  { file, line, result }: ValidatedStep,
  severity: LabProblem["severity"],
): LabProblem[] {
  const before = result?.checks.filter(({ state }) => state === "before") ?? [];
  return before.map(({ text }) => ({
    severity,
    rule: "true-before",
    file,
    line,
    message: `The check "${text}" was true before its step, so it proves nothing`,
    fix: "Test for something that the step changes",
  }));
}

/** The report of a replay, with what failed in the one before it and did not fail again: that is told, and fails nothing. */
export function withFlaky(report: ValidationReport, earlier: ValidationReport): ValidationReport {
  const stillFails = (one: ValidatedStep): boolean =>
    report.steps.some(
      ({ page, step, state }) => page === one.page && step === one.step && state === "failed",
    );
  const known = earlier.problems.filter(({ rule }) => rule === FLAKY);
  const flaky = earlier.steps.filter((step) => step.state === "failed" && !stillFails(step));
  return { ...report, problems: [...report.problems, ...known, ...flaky.map(flakyStep)] };
}

const FLAKY = "flaky";

function flakyStep({ file, line, message = "it failed" }: ValidatedStep): LabProblem {
  return {
    severity: "warning",
    rule: FLAKY,
    file,
    line,
    message: `The step failed once and did not when the lab was replayed: ${message.replace(/\.$/, "")}`,
    fix: "Let it wait for what it depends on, with until= or a longer timeout=",
  };
}
