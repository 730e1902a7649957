import { Command, Option } from "commander";
import { LAB_SUBJECTS } from "../../../workshop/node/new-lab.js";
import { path, someText, wholeNumber } from "../options.js";
import { examplesText } from "../program.js";
import type { NewFlags } from "../new.js";

/** `lectern new`: a lab to go on from. */
export function newCommand(): Command {
  return new Command("new")
    .description("Write a lab that validates, for you to go on from. Asks for what no flag says.")
    .argument("<folder>", "where it is to be; empty or not there yet", path)
    .option("--title <title>", "what learners see in the catalogue", someText("a title"))
    .addOption(new Option("--subject <subject>", "what learners work with").choices(LAB_SUBJECTS))
    .option("--minutes <minutes>", "how long a session lasts", wholeNumber(1, 1440))
    .addHelpText(
      "after",
      examplesText([
        "lectern new my-lab",
        'lectern new my-lab --title "My lab" --subject shell --minutes 30',
      ]),
    )
    .action(async (folder: string, flags: NewFlags) => {
      const { createLab } = await import("../new.js");
      await createLab(folder, flags);
    });
}
