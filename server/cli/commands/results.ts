import { Command, Option } from "commander";
import { type EventResults, resultsCsv } from "../../../workshop/common/event-results.js";
import { resultsJunit } from "../../../workshop/node/reporters/results-junit.js";
import { resultsXapi } from "../../../workshop/node/reporters/results-xapi.js";
import { readEnvironment } from "../../config.js";
import { callInstructorApi } from "../instructor-client.js";
import { path } from "../options.js";
import { examplesText } from "../program.js";

const FORMATS: Record<string, (results: EventResults) => string> = {
  csv: resultsCsv,
  json: (results) => `${JSON.stringify(results, null, 2)}\n`,
  junit: resultsJunit,
  xapi: resultsXapi,
};

/** `lectern results`: what the people of an event came to, also when their sessions are gone. */
export function resultsCommand(): Command {
  return new Command("results")
    .description(
      "Print what the people of an event came to: by person and step its state, tries, failures, hints and time.",
    )
    .argument("<event>")
    .addOption(new Option("--format <format>", "how").choices(Object.keys(FORMATS)).default("csv"))
    .option("--data <dir>", "data directory of the running server", path, readEnvironment().data)
    .addHelpText("after", examplesText(["lectern results my-lab-x7k2 --format csv > results.csv"]))
    .action(async (event: string, { data, format }: { data: string; format: string }) => {
      const at = `workshop-events/${encodeURIComponent(event)}/results`;
      const results = await callInstructorApi<EventResults>(data, "GET", at);
      process.stdout.write(FORMATS[format]?.(results) ?? "");
    });
}
