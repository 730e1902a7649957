import { Command } from "commander";
import { defaultPort, readEnvironment } from "../../config.js";
import { path, wholeNumber } from "../options.js";
import { examplesText } from "../program.js";
import { serveCommand } from "./serve.js";

interface DevFlags {
  port: number;
  data: string;
}

/** `lectern dev`: a lab in the browser as its author writes it. */
export function devCommand(): Command {
  return new Command("dev")
    .description(
      "Show a lab while you write it: what you save is on the page at once, shells and namespace stay, and what is wrong with it is said here.",
    )
    .argument("<lab>", "a lab's folder, a folder of labs, or one Markdown page", path)
    .option(
      "--port <number>",
      "port of the web page; 0 takes any free one",
      wholeNumber(0, 65_535),
      defaultPort,
    )
    .option("--data <dir>", "where sessions, homes and keys are kept", path, readEnvironment().data)
    .addHelpText("after", examplesText(["lectern dev my-lab", "lectern dev intro.md --port 9000"]))
    .action(async (lab: string, { port, data }: DevFlags) => {
      const { lintWhenSaved } = await import("../lint-when-saved.js");
      const stop = await lintWhenSaved(lab);
      try {
        const words = ["--follow-files", "--lab", lab, "--port", String(port), "--data", data];
        await serveCommand().exitOverride().parseAsync(words, { from: "user" });
      } finally {
        stop();
      }
    });
}
