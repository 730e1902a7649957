import type { LintedLab } from "./linted-lab.js";

/** All findings for programs: a list of labs. */
export function jsonLint(labs: readonly LintedLab[]): string {
  return `${JSON.stringify({ labs }, undefined, 2)}\n`;
}
