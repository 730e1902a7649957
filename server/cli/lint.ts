import { defaultSessionLimits, type SessionLimits } from "../../terminal/common/session-limits.js";
import { WorkshopError } from "../../workshop/common/errors.js";
import { fidelityReport } from "../../workshop/common/fidelity-report.js";
import { LINT_REPORTS, type LintFormat } from "../../workshop/node/lint-reports/lint-report.js";
import type { LintedLab } from "../../workshop/node/lint-reports/linted-lab.js";
import { fixOldKubernetes } from "../../workshop/node/fix-old-kubernetes.js";
import { keptWithin } from "../../workshop/node/reporters/kept-within.js";
import { bringPictures } from "../../workshop/node/bring-pictures.js";
import { programsIn } from "../../workshop/node/lint-programs.js";
import { type LoadOptions, loadLab } from "../../workshop/node/load-lab.js";
import { allowedLabVariables, readEnvironment, sharedImages } from "../config.js";
import { labPathsAt } from "../labs.js";
import { fromHere } from "./from-here.js";
import { ExitWith, exitStatus } from "./program.js";
import { terminalText } from "./terminal-text.js";

/** Where shells look for programs, besides what Lectern gives them itself. */
export const SHELL_PATH = "/usr/local/bin:/usr/bin:/bin";

export interface LintFlags {
  checks?: string;
  labVariable?: string[];
  sessionLimits?: Partial<SessionLimits>;
  format?: LintFormat;
  fix?: boolean;
}

/**
 * Prints what is wrong with each lab of the paths, and what of it does not come to here what it was written for. Throws `ExitWith` where
 * there is an error, or a lab cannot be read, which the other labs are told in spite of.
 */
export async function lint(paths: readonly string[], flags: LintFlags): Promise<void> {
  const { checks, labVariable, sessionLimits, format = "terminal" } = flags;
  const allowed = allowedLabVariables(readEnvironment(), labVariable);
  const options = {
    triesDrawings: true,
    hasProgram: programsIn(SHELL_PATH),
    imageFolders: [sharedImages],
    sessionLimits: { ...defaultSessionLimits, ...sessionLimits },
    ...(checks === undefined ? {} : { checks }),
    ...(allowed === undefined ? {} : { labVariables: allowed }),
  };
  const labs: LintedLab[] = [];
  for (const path of (await Promise.all(paths.map(labPathsAt))).flat()) {
    if (flags.fix) await fixOne(path, options);
    labs.push(await lintOne(path, options));
  }
  process.stdout.write(terminalText(LINT_REPORTS[format](labs)));
  if (labs.some((lab) => "unreadable" in lab)) throw new ExitWith(exitStatus.usage);
  if (labs.some((lab) => "report" in lab && lab.report.errors > 0)) throw new ExitWith(exitStatus.failed);
}

/** What cannot be read is told when it is linted. */
async function fixOne(path: string, options: LoadOptions): Promise<void> {
  const lab = await loadLab(path, options).catch((error: unknown) => {
    if (error instanceof WorkshopError) return undefined;
    throw error;
  });
  if (lab === undefined) return;
  const place = fromHere(lab.source.folder);
  for (const { file, address, path: brought, why } of await bringPictures(lab)) {
    const outcome = brought === undefined ? `stays where it is: ${why ?? ""}` : `is now ${place(brought)}`;
    tellFix(`${place(file)}: the picture ${address} ${outcome}.`);
  }
  for (const { file, line, before, after } of await fixOldKubernetes(lab, (why) => {
    tellFix(`${why}.`);
  }))
    tellFix(`${place(file)}:${String(line)}: ${before.trim()} is now ${after.trim()}`);
}

function tellFix(text: string): void {
  process.stderr.write(`${terminalText(keptWithin(text, "    "))}\n`);
}

async function lintOne(path: string, options: LoadOptions): Promise<LintedLab> {
  try {
    const lab = await loadLab(path, options);
    const place = fromHere(lab.source.folder);
    const report = fidelityReport(lab);
    const problems = report.problems.map((problem) => ({ ...problem, file: place(problem.file) }));
    return { path: place("."), report: { ...report, problems } };
  } catch (error) {
    if (!(error instanceof WorkshopError)) throw error;
    return { path, unreadable: { code: error.code, message: error.message } };
  }
}
