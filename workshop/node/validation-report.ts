import type { StepResult } from "../common/api.js";
import type { LabProblem } from "../common/lab.js";

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
  durationMs: number;
  /** Why it failed, or why it was skipped. */
  message?: string;
  result?: StepResult;
}

/** Exit statuses of `lectern validate`. */
export const VALIDATION_EXIT = { passed: 0, stepFailed: 1, labUnreadable: 2, platformFailed: 3 } as const;

export function exitStatusOf(report: ValidationReport): number {
  return report.outcome === "passed" ? VALIDATION_EXIT.passed : VALIDATION_EXIT.stepFailed;
}
