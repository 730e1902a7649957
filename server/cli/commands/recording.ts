import { Command } from "commander";
import type { RecordingInfo } from "../../../terminal/common/session-host.js";
import { readEnvironment } from "../../config.js";
import { callInstructorApi, readFromInstructorApi } from "../instructor-client.js";
import { path } from "../options.js";
import { examplesText } from "../program.js";
import { formatTable } from "../table.js";

/** `lectern recording`: what the terminals of live sessions showed. */
export function recordingCommand(): Command {
  return new Command("recording")
    .description(
      "List and print recordings of live sessions' terminals; those that `serve --keep-recordings` keeps are files in the data directory.",
    )
    .addHelpText(
      "after",
      examplesText(["lectern recording list", "lectern recording print my-lab-x7k2p 1--1.cast"]),
    )
    .addCommand(list())
    .addCommand(print());
}

function list(): Command {
  return withData(new Command("list"))
    .description("List recordings: session, terminal, when it began, size, name.")
    .addHelpText("after", examplesText(["lectern recording list"]))
    .action(async ({ data }: { data: string }) => {
      const recordings = await callInstructorApi<RecordingInfo[]>(data, "GET", "recordings");
      const head = ["SESSION", "TERMINAL", "BEGAN", "SIZE", "NAME"];
      process.stdout.write(
        recordings.length === 0
          ? "No terminal was opened yet.\n"
          : `${formatTable(head, recordings.map(cells))}\n`,
      );
    });
}

function print(): Command {
  return withData(new Command("print"))
    .description("Print one as asciicast v2, which asciinema plays.")
    .argument("<session>")
    .argument("<name>", "as the list names it")
    .addHelpText(
      "after",
      examplesText(["lectern recording print my-lab-x7k2p 1--1764264000000.cast > shown.cast"]),
    )
    .action(async (session: string, name: string, { data }: { data: string }) => {
      const at = `recordings/${encodeURIComponent(session)}/${encodeURIComponent(name)}`;
      for await (const piece of await readFromInstructorApi(data, at)) process.stdout.write(piece);
    });
}

function withData(command: Command): Command {
  return command.option("--data <dir>", "data directory of the running server", path, readEnvironment().data);
}

function cells({ session, terminal, startedAt, bytes, name }: RecordingInfo): string[] {
  return [
    session,
    terminal,
    new Date(startedAt).toISOString(),
    `${String(Math.ceil(bytes / 1024))} KiB`,
    name,
  ];
}
