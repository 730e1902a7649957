import { Command, Option } from "commander";
import { REPORTER_NAMES } from "../../../workshop/node/reporters/reporter.js";
import { duration, names, path, wholeNumber } from "../options.js";
import { examplesText } from "../program.js";
import { addMemberFlags } from "../member-flags.js";
import { addShellFlags } from "../shell-flags.js";
import { cancelledBySignal } from "../signals.js";
import type { ValidateFlags } from "../validation.js";

const EXAMPLES = [
  "lectern validate content/my-lab",
  "lectern validate intro.md --checks intro.checks.yaml",
  "lectern validate content/my-lab --reporter junit --out report.xml",
  "lectern validate content/my-lab --kubeconfig ~/.kube/config",
  "lectern validate content/my-lab --kubeconfig ~/.kube/config --shells pods",
  "lectern validate content/image-policies-in-practice --member staging=staging.yaml",
  "lectern validate content/my-lab --prove --retry-flaky 2",
  "lectern validate content/my-lab --mutate",
  "lectern validate content/my-lab --update",
  "lectern validate content/my-lab --browser --recordings failed",
];

/** `lectern validate`: replay a lab in a session of its own and say which steps pass. */
export function validateCommand(): Command {
  const validation = new Command("validate")
    .description(
      "Replay every step of a lab. Status 0 passed, 1 a step failed, 2 the lab cannot be read, 3 the platform failed, 4 the time was over.",
    )
    .argument("<lab>", "a lab's folder, a folder that holds one lab, or one Markdown page")
    .option("--checks <file>", "use these checks instead of the lab's own", path)
    .addOption(
      new Option("--reporter <name>", "how to tell the result").choices(REPORTER_NAMES).default("terminal"),
    )
    .option("--out <file>", "write the report there and show progress here", path)
    .option(
      "--lab-variable <name>",
      "environment variable that the lab may show, besides those of LECTERN_LAB_VARIABLES; may be repeated",
      names,
    )
    .option(
      "--recordings <dir>",
      "keep an asciicast of every terminal there, and where a step failed the objects of the namespace and the page",
      path,
    )
    .option("--browser", "click every block on the learner's page, in Chromium")
    .option("--chromium <program>", "this Chromium or Chrome, where none is found by itself", path)
    .option("--kubeconfig <file>", "use this cluster instead of a temporary one", path)
    .option(
      "--timeout <duration>",
      "end it after this time, such as 90s or 20m (default: as long as the lab's session lasts)",
      duration,
    )
    .option("--environment <name>", "leave out steps with skip=NAME", "ci")
    .option(
      "--no-stand-ins",
      "leave out what the checks do in place of a person, to see that the lab notices",
    )
    .option("--prove", "fail a lab where a check was true before its step, so that it proves nothing")
    .option(
      "--retry-flaky <times>",
      "replay a lab whose step fails, up to so many times, 0 to 5; a step that then passes is warned of",
      wholeNumber(0, 5),
      0,
    )
    .option(
      "--mutate",
      "replay a lab that passes once more for each command, with that command doing nothing, and say which nobody would miss",
    )
    .addOption(
      new Option(
        "--update",
        "where a command that passes prints something else than its page says (`expected-output`), write that there",
      ).conflicts("mutate"),
    )
    .option("--parallel <number>", "how many of these replays run at once, 1 to 16", wholeNumber(1, 16), 4)
    .addHelpText("after", examplesText(EXAMPLES))
    .action(async (lab: string, flags: ValidateFlags) => {
      const { validate } = await import("../validation.js");
      await cancelledBySignal((signal) => validate(lab, flags, signal));
    });
  return addMemberFlags(addShellFlags(validation));
}
