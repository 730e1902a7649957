import { join, relative } from "node:path";
import type { ValidationReport } from "../../workshop/node/validation-report.js";

/** Files of a folder as whoever started the command would write them: editors and CI find them there. */
export function fromHere(folder: string, here = process.cwd()): (file: string) => string {
  return (file) => relative(here, join(folder, file)) || ".";
}

/** The report with its files as whoever asked for it would write them. */
export function placed(report: ValidationReport, place: (file: string) => string): ValidationReport {
  return {
    ...report,
    steps: report.steps.map((step) => ({ ...step, file: place(step.file) })),
    problems: report.problems.map((problem) => ({ ...problem, file: place(problem.file) })),
  };
}
