import { Command, Option } from "commander";
import { MAX_REHEARSING } from "../../../workshop/common/event.js";
import { readEnvironment } from "../../config.js";
import { path, wholeNumber } from "../options.js";
import { examplesText } from "../program.js";
import { cancelledBySignal } from "../signals.js";
import type { RehearseFlags } from "../rehearsal.js";

/** `lectern rehearse`: whether an event would go well, on the very server and cluster it will be on. */
export function rehearseCommand(): Command {
  return new Command("rehearse")
    .description(
      "Replay an event's lab on the running server with several learners at once, look at room, tabs and links, and say what would fail. Status 0 nothing, 1 something, 3 the platform failed.",
    )
    .argument("<event>")
    .option("--learners <number>", "how many go through the lab at once", wholeNumber(1, MAX_REHEARSING), 1)
    .addOption(new Option("--format <format>", "how").choices(["table", "json"]).default("table"))
    .option("--data <dir>", "data directory of the running server", path, readEnvironment().data)
    .addHelpText(
      "after",
      examplesText([
        "lectern rehearse my-lab-x7k2",
        "lectern rehearse my-lab-x7k2 --learners 10 --format json",
      ]),
    )
    .action(async (event: string, flags: RehearseFlags) => {
      const { rehearseEvent } = await import("../rehearsal.js");
      await cancelledBySignal((signal) => rehearseEvent(event, flags, signal));
    });
}
