import { Command, Option } from "commander";
import { LINT_FORMATS } from "../../../workshop/node/lint-reports/lint-report.js";
import { names, path } from "../options.js";
import { examplesText } from "../program.js";
import { sessionLimits } from "../session-limits.js";
import type { LintFlags } from "../lint.js";

/** `lectern lint`: what is wrong with a lab that can be found without a cluster. */
export function lintCommand(): Command {
  return new Command("lint")
    .description(
      "Find what is wrong with a lab without running it, and what of a workshop of another platform comes to something else here. Status 1 if there is an error, 2 if it cannot be read.",
    )
    .argument("<lab...>", "a lab's folder, a folder of labs, or one Markdown page")
    .option("--checks <file>", "use these checks instead of the lab's own", path)
    .option(
      "--lab-variable <name>",
      "environment variable that labs may show, besides those of LECTERN_LAB_VARIABLES; may be repeated",
      names,
    )
    .option(
      "--fix",
      "fetch pictures of other sites into the lab and make its pages show those; write versions of Kubernetes objects that are gone, and kubectl exec without --, as they are written today",
    )
    .option("--session-limits <list>", "what each session may use, as for lectern serve", sessionLimits)
    .addOption(
      new Option("--format <format>", "how findings are told").choices(LINT_FORMATS).default("terminal"),
    )
    .addHelpText(
      "after",
      examplesText([
        "lectern lint content/my-lab",
        "lectern lint intro.md --checks intro.checks.yaml",
        "lectern lint workshops/ --format sarif >lint.sarif",
      ]),
    )
    .action(async (labs: string[], flags: LintFlags) => {
      const { lint } = await import("../lint.js");
      await lint(labs, flags);
    });
}
