import { join, relative } from "node:path";
import type { Mutant, ValidationReport } from "../../workshop/node/validation-report.js";

/** Files of a folder as whoever started the command would write them: editors and CI find them there. */
export function fromHere(folder: string, here = process.cwd()): (file: string) => string {
  return (file) => relative(here, join(folder, file)) || ".";
}

/** The report with its files as whoever asked for it would write them. */
export function placed(report: ValidationReport, place: (file: string) => string): ValidationReport {
  const { mutants } = report;
  return {
    ...report,
    ...(mutants && { mutants: mutants.map((mutant) => placedMutant(mutant, place)) }),
    steps: report.steps.map((step) => ({ ...step, file: place(step.file) })),
    problems: report.problems.map((problem) => ({ ...problem, file: place(problem.file) })),
  };
}

/** The mutant with its files so. */
export function placedMutant(mutant: Mutant, place: (file: string) => string): Mutant {
  const { file, missedBy } = mutant;
  return {
    ...mutant,
    file: place(file),
    ...(missedBy && { missedBy: { ...missedBy, file: place(missedBy.file) } }),
  };
}
