import { join } from "node:path";
import type { LabProblem } from "../../workshop/common/lab.js";
import { lintLab } from "../../workshop/node/lint-lab.js";
import { loadLab } from "../../workshop/node/load-lab.js";
import { sharedImages } from "../config.js";
import { ExitWith, exitStatus } from "./program.js";

/** Prints what is wrong with each lab. Throws `ExitWith` where there is an error, and the refusals of `loadLab`. */
export async function lint(labs: readonly string[], checks: string | undefined): Promise<void> {
  let errors = 0;
  for (const lab of labs) errors += await lintOne(lab, checks);
  if (errors > 0) throw new ExitWith(exitStatus.failed);
}

async function lintOne(labPath: string, checks: string | undefined): Promise<number> {
  const lab = await loadLab(labPath, {
    imageFolders: [sharedImages],
    ...(checks === undefined ? {} : { checks }),
  });
  const problems = lintLab(lab);
  const errors = problems.filter((problem) => problem.severity === "error").length;
  for (const problem of problems) process.stdout.write(`${describe(problem, lab.source.folder)}\n`);
  const count = `${plural(errors, "error")}, ${plural(problems.length - errors, "warning")}`;
  process.stdout.write(`${lab.name}: ${plural(lab.pages.length, "page")}, ${count}\n`);
  return errors;
}

function describe(problem: LabProblem, folder: string): string {
  const place = `${join(folder, problem.file)}:${String(problem.line)}`;
  return `${place}: ${problem.severity}: ${problem.message} (${problem.rule})\n    ${problem.fix}`;
}

function plural(count: number, noun: string): string {
  return `${String(count)} ${noun}${count === 1 ? "" : "s"}`;
}
