import type { ValidationReport } from "../validation-report.js";

/** The whole report for programs. */
export function jsonReport(report: ValidationReport): string {
  return `${JSON.stringify(report, undefined, 2)}\n`;
}
