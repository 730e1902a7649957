import type { ValidationReport } from "../validation-report.js";
import { githubReport } from "./github.js";
import { jsonReport } from "./json.js";
import { junitReport } from "./junit.js";
import { tapReport } from "./tap.js";
import { terminalReport } from "./terminal.js";

/** What a validation can be told as, by the name the command line takes. */
export const REPORTERS = {
  terminal: terminalReport,
  json: jsonReport,
  junit: junitReport,
  tap: tapReport,
  github: githubReport,
} as const satisfies Record<string, (report: ValidationReport) => string>;

export type ReporterName = keyof typeof REPORTERS;
export const REPORTER_NAMES = Object.keys(REPORTERS) as ReporterName[];
