import { join } from "node:path";
import { Command } from "commander";
import type { LabProblem } from "../../../workshop/common/lab.js";
import { lintLab } from "../../../workshop/node/lint-lab.js";
import { loadLab } from "../../../workshop/node/load-lab.js";
import { sharedImages } from "../../config.js";
import { path } from "../options.js";
import { ExitWith, examplesText, exitStatus } from "../program.js";

/** `lectern lint`: what is wrong with a lab that can be found without a cluster. */
export function lintCommand(): Command {
  return new Command("lint")
    .description(
      "Find what is wrong with a lab without running it. Status 1 if there is an error, 2 if it cannot be read.",
    )
    .argument("<lab...>", "a lab's folder, or one Markdown page")
    .option("--checks <file>", "use these checks instead of the lab's own", path)
    .addHelpText(
      "after",
      examplesText(["lectern lint content/my-lab", "lectern lint intro.md --checks intro.checks.yaml"]),
    )
    .action(async (labs: string[], { checks }: { checks?: string }) => {
      let errors = 0;
      for (const lab of labs) errors += await lintOne(lab, checks);
      if (errors > 0) throw new ExitWith(exitStatus.failed);
    });
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
