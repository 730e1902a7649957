import { githubLint } from "./github.js";
import { jsonLint } from "./json.js";
import type { LintedLab } from "./linted-lab.js";
import { sarifLint } from "./sarif.js";
import { terminalLint } from "./terminal.js";

/** What findings can be told as, by the name the command line takes. */
export const LINT_REPORTS = {
  terminal: terminalLint,
  json: jsonLint,
  sarif: sarifLint,
  github: githubLint,
} as const satisfies Record<string, (labs: readonly LintedLab[]) => string>;

export type LintFormat = keyof typeof LINT_REPORTS;
export const LINT_FORMATS = Object.keys(LINT_REPORTS) as LintFormat[];
