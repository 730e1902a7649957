import type { FidelityReport } from "../../common/fidelity-report.js";
import type { LabProblem } from "../../common/lab.js";

/** A lab as `lint` found it: its report with files as whoever asked for it writes them, or why it cannot be read. */
export type LintedLab =
  | { path: string; report: FidelityReport }
  | { path: string; unreadable: { code: string; message: string } };

/** All that is said of the labs, in order; a lab that cannot be read is one error at its path. */
export function findingsOf(labs: readonly LintedLab[]): LabProblem[] {
  return labs.flatMap((lab) => {
    if ("report" in lab) return lab.report.problems;
    const { code, message } = lab.unreadable;
    const fix = "Correct the lab, or leave it out";
    return [{ severity: "error", rule: code, file: lab.path, line: 1, message, fix }];
  });
}
