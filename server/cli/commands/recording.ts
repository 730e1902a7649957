import { Command } from "commander";
import type { RecordingInfo } from "../../../terminal/common/session-host.js";
import { readEnvironment } from "../../config.js";
import type { KeptRecordingsOf } from "../../../workshop/common/kept-recordings-api.js";
import { terminalText } from "../terminal-text.js";
import { callInstructorApi, readFromInstructorApi } from "../instructor-client.js";
import { path } from "../options.js";
import { examplesText } from "../program.js";
import { formatTable } from "../table.js";

/** `lectern recording`: what the terminals of sessions showed. */
export function recordingCommand(): Command {
  return new Command("recording")
    .description(
      "List and print what terminals of live sessions showed, and of those that have ended where `serve --keep-recordings` keeps it.",
    )
    .addHelpText(
      "after",
      examplesText(["lectern recording list", "lectern recording print my-lab-x7k2p 1--1.cast"]),
    )
    .addCommand(list())
    .addCommand(print())
    .addCommand(kept())
    .addCommand(remove());
}

function list(): Command {
  return withData(new Command("list"))
    .description("List recordings: session, terminal, when it began, size, name.")
    .option("--json", "print them as JSON")
    .addHelpText("after", examplesText(["lectern recording list"]))
    .action(async ({ data, json }: { data: string; json?: boolean }) => {
      const recordings = await callInstructorApi<RecordingInfo[]>(data, "GET", "recordings");
      if (json) return tell(JSON.stringify(recordings, null, 2));
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
    .argument("<session>", "the session, or the ID of one that is kept")
    .argument("<name>", "as the list names it")
    .option("--kept", "of a session that has ended")
    .addHelpText(
      "after",
      examplesText(["lectern recording print my-lab-x7k2p 1--1764264000000.cast > shown.cast"]),
    )
    .action(
      async (session: string, name: string, { data, kept: isKept }: { data: string; kept?: boolean }) => {
        const at = `${isKept ? "kept-" : ""}recordings/${encodeURIComponent(session)}/${encodeURIComponent(name)}`;
        for await (const piece of await readFromInstructorApi(data, at)) process.stdout.write(piece);
      },
    );
}

function kept(): Command {
  return withData(new Command("kept"))
    .description("List recordings of sessions that have ended: whose, of which event, terminal, size, name.")
    .option("--event <name>", "of this event alone")
    .option("--json", "print them as JSON")
    .addHelpText("after", examplesText(["lectern recording kept --event my-lab-x7k2"]))
    .action(async ({ data, event, json }: { data: string; event?: string; json?: boolean }) => {
      const all = await callInstructorApi<KeptRecordingsOf[]>(data, "GET", "kept-recordings");
      const wanted = event === undefined ? all : all.filter((one) => one.event === event);
      if (json) return tell(JSON.stringify(wanted, null, 2));
      if (wanted.length === 0)
        return tell("Nothing is kept: recordings go with their session unless serve has --keep-recordings.");
      const head = ["ID", "PERSON", "EVENT", "ENDED", "TERMINAL", "SIZE", "NAME"];
      tell(formatTable(head, wanted.flatMap(keptCells)));
    });
}

function remove(): Command {
  return withData(new Command("remove"))
    .description("Remove the recordings of a session that has ended.")
    .argument("<id>", "as `lectern recording kept` names it")
    .option("--json", "print the outcome as JSON")
    .addHelpText("after", examplesText(["lectern recording remove my-lab-x7k2p-1764264000000"]))
    .action(async (id: string, { data, json }: { data: string; json?: boolean }) => {
      await callInstructorApi<undefined>(data, "DELETE", `kept-recordings/${encodeURIComponent(id)}`);
      tell(json ? JSON.stringify({ id }, null, 2) : `${id} is removed`);
    });
}

function keptCells({ id, person, event, endedAt, recordings }: KeptRecordingsOf): string[][] {
  const ended = new Date(endedAt).toISOString();
  return recordings.map(({ terminal, bytes, name }) => [
    id,
    person?.name ?? "",
    event ?? "",
    ended,
    terminal,
    `${String(Math.ceil(bytes / 1024))} KiB`,
    name,
  ]);
}

function tell(text: string): void {
  process.stdout.write(`${terminalText(text)}\n`);
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
