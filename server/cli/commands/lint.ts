import { Command } from "commander";
import { path } from "../options.js";
import { examplesText } from "../program.js";

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
      const { lint } = await import("../lint.js");
      await lint(labs, checks);
    });
}
