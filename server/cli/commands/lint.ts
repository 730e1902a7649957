import { Command } from "commander";
import { names, path } from "../options.js";
import { examplesText } from "../program.js";
import type { LintFlags } from "../lint.js";

/** `lectern lint`: what is wrong with a lab that can be found without a cluster. */
export function lintCommand(): Command {
  return new Command("lint")
    .description(
      "Find what is wrong with a lab without running it. Status 1 if there is an error, 2 if it cannot be read.",
    )
    .argument("<lab...>", "a lab's folder, a folder of labs, or one Markdown page")
    .option("--checks <file>", "use these checks instead of the lab's own", path)
    .option(
      "--lab-variable <name>",
      "environment variable that labs may show, besides those of LECTERN_LAB_VARIABLES; may be repeated",
      names,
    )
    .addHelpText(
      "after",
      examplesText(["lectern lint content/my-lab", "lectern lint intro.md --checks intro.checks.yaml"]),
    )
    .action(async (labs: string[], flags: LintFlags) => {
      const { lint } = await import("../lint.js");
      await lint(labs, flags);
    });
}
