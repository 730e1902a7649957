import { stat } from "node:fs/promises";
import { basename, join, resolve } from "node:path";
import { WORKSHOP_ERRORS, WorkshopError } from "../../workshop/common/errors.js";
import { fidelityReport } from "../../workshop/common/fidelity-report.js";
import type { LabProblem } from "../../workshop/common/lab.js";
import { type TakenNames, freeName, labelOf } from "../../workshop/common/page-name.js";
import { shellWord } from "../../workshop/common/shell-word.js";
import { type ForeignLab, importLab, isForeign } from "../../workshop/node/import/import-lab.js";
import { HCL_LAB } from "../../workshop/node/import/hcl-lab.js";
import { type FoundLab, labsBelow } from "../../workshop/node/import/labs-below.js";
import { LINT_REPORTS } from "../../workshop/node/lint-reports/lint-report.js";
import { findingsOf, type LintedLab } from "../../workshop/node/lint-reports/linted-lab.js";
import { programsIn } from "../../workshop/node/lint-programs.js";
import { loadLab } from "../../workshop/node/load-lab.js";
import { ServerError, serverErrorCodes } from "../errors.js";
import { fromHere } from "./from-here.js";
import { SHELL_PATH } from "./lint.js";
import { ExitWith, exitStatus } from "./program.js";
import { terminalText } from "./terminal-text.js";

/**
 * Writes the scenarios and tracks of a folder as labs: the only one into `out`, several each into a folder there. Prints what of each comes to something
 * else or to nothing, and goes on with the others where one cannot be read. Throws SERVER_USAGE where there is none or no folder, and `ExitWith`
 * where something is wrong.
 */
export async function importLabs(from: string, { out }: { out: string }): Promise<void> {
  await requireFolder(from);
  const all = await labsBelow(resolve(from));
  const found = all.filter(isForeign);
  const labs: LintedLab[] = all.filter(({ form }) => form === "instruqt-hcl").map(notImported);
  if (found.length === 0 && labs.length === 0)
    throw new ServerError(
      serverErrorCodes.usage,
      `There is nothing to import in ${from}: neither a scenario of Killercoda (index.json) nor a track of Instruqt (track.yml). Workshops of Educates load as they are: lectern lint ${shellWord(from)}`,
    );
  const taken: TakenNames = new Map();
  for (const lab of found) {
    const folder = found.length === 1 ? out : join(out, freeName(labelOf(basename(lab.path)), taken));
    labs.push(await importOne(lab, folder));
  }
  process.stdout.write(terminalText(LINT_REPORTS.terminal(labs) + sumOf(labs, fromHere(out)("."))));
  if (findingsOf(labs).some(({ severity }) => severity === "error")) throw new ExitWith(exitStatus.failed);
}

/** Throws SERVER_USAGE for what is no folder that can be read. */
async function requireFolder(from: string): Promise<void> {
  const found = await stat(from).catch((error: NodeJS.ErrnoException) => error);
  if (!(found instanceof Error) && found.isDirectory()) return;
  const why =
    found instanceof Error
      ? (WHY_NOT.get(found.code ?? "") ?? `cannot be read (${found.message})`)
      : "is no folder";
  throw new ServerError(
    serverErrorCodes.usage,
    `${from} ${why}: give the folder of a scenario of Killercoda or of a track of Instruqt, or a folder of them`,
  );
}

/** By the code of the system's error. */
const WHY_NOT: ReadonlyMap<string, string> = new Map([
  ["ENOENT", "is not there"],
  ["ENOTDIR", "is not there"],
]);

function notImported({ path }: FoundLab): LintedLab {
  const here = fromHere(path)(".");
  return { path: here, unreadable: { code: WORKSHOP_ERRORS.labNotFound, message: `${here} ${HCL_LAB}` } };
}

async function importOne(foreign: ForeignLab, out: string): Promise<LintedLab> {
  try {
    const problems = placed(await importLab(foreign, out), foreign.path);
    const lab = await loadLab(out, { hasProgram: programsIn(SHELL_PATH) });
    const report = fidelityReport(lab);
    const all = [...problems, ...placed(lab.problems, out)];
    const errors = all.filter(({ severity }) => severity === "error").length;
    return {
      path: fromHere(out)("."),
      report: { ...report, problems: all, errors, warnings: all.length - errors },
    };
  } catch (error) {
    if (!(error instanceof WorkshopError)) throw error;
    const { code, message } = error;
    return { path: fromHere(foreign.path)("."), unreadable: { code, message } };
  }
}

function placed(problems: readonly LabProblem[], folder: string): LabProblem[] {
  const place = fromHere(folder);
  return problems.map((problem) => ({ ...problem, file: place(problem.file) }));
}

/** What all of it came to, in one line. */
function sumOf(labs: readonly LintedLab[], out: string): string {
  const reports = labs.flatMap((lab) => ("report" in lab ? [lab.report] : []));
  const problems = reports.flatMap((report) => report.problems);
  const count = (fidelity: string) => problems.filter((problem) => problem.fidelity === fidelity).length;
  const blocks = reports.reduce((sum, { blocks: { works } }) => sum + works, 0);
  const pages = reports.reduce((sum, report) => sum + report.pages, 0);
  if (reports.length === 0) return "";
  return [
    `\n${String(reports.length)} of ${String(labs.length)} imported into ${out}: ${String(pages)} pages, ${String(blocks)} blocks;`,
    `${String(count("approximated"))} things come to something else, ${String(count("lacking"))} to nothing.`,
    `Look at it: lectern serve --lab ${shellWord(out)}\n`,
  ].join(" ");
}
