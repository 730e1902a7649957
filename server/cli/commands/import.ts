import { Command } from "commander";
import { path } from "../options.js";
import { examplesText } from "../program.js";

/** `lectern import`: labs of a platform whose form is not read, as labs of ours. */
export function importCommand(): Command {
  return new Command("import")
    .description(
      "Write scenarios of Killercoda and tracks of Instruqt as labs, and say what of them comes to something else here. Status 1 if something is wrong with one.",
    )
    .argument("<folder>", "a scenario, a track, or a folder of them", path)
    .requiredOption(
      "--out <folder>",
      "where the lab is to be, or a folder for each; empty or not there yet",
      path,
    )
    .addHelpText(
      "after",
      examplesText([
        "lectern import scenarios/first-steps --out first-steps",
        "lectern import scenarios --out labs",
      ]),
    )
    .action(async (from: string, flags: { out: string }) => {
      const { importLabs } = await import("../import.js");
      await importLabs(from, flags);
    });
}
