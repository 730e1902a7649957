import { type LabProblem } from "../../workshop/common/lab.js";
import { lintLab } from "../../workshop/node/lint-lab.js";
import { loadLab } from "../../workshop/node/load-lab.js";
import { allowedLabVariables, readEnvironment, sharedImages } from "../config.js";
import { labPathsAt } from "../labs.js";
import { fromHere } from "./from-here.js";
import { ExitWith, exitStatus } from "./program.js";

export interface LintFlags {
  checks?: string;
  labVariable?: string[];
}

/** Prints what is wrong with each lab of the paths. Throws `ExitWith` where there is an error, and the refusals of `loadLab`. */
export async function lint(paths: readonly string[], flags: LintFlags): Promise<void> {
  let errors = 0;
  for (const lab of (await Promise.all(paths.map(labPathsAt))).flat()) errors += await lintOne(lab, flags);
  if (errors > 0) throw new ExitWith(exitStatus.failed);
}

async function lintOne(labPath: string, { checks, labVariable }: LintFlags): Promise<number> {
  const allowed = allowedLabVariables(readEnvironment(), labVariable);
  const lab = await loadLab(labPath, {
    imageFolders: [sharedImages],
    ...(checks === undefined ? {} : { checks }),
    ...(allowed === undefined ? {} : { labVariables: allowed }),
  });
  const problems = lintLab(lab);
  const errors = problems.filter((problem) => problem.severity === "error").length;
  const place = fromHere(lab.source.folder);
  for (const problem of problems) process.stdout.write(`${describe(problem, place)}\n`);
  const count = `${plural(errors, "error")}, ${plural(problems.length - errors, "warning")}`;
  process.stdout.write(`${lab.name}: ${plural(lab.pages.length, "page")}, ${count}\n`);
  return errors;
}

function describe(problem: LabProblem, place: (file: string) => string): string {
  const at = `${place(problem.file)}:${String(problem.line)}`;
  return `${at}: ${problem.severity}: ${problem.message} (${problem.rule})\n    ${problem.fix}`;
}

function plural(count: number, noun: string): string {
  return `${String(count)} ${noun}${count === 1 ? "" : "s"}`;
}
