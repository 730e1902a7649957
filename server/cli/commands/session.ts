import { Command } from "commander";
import type { InstructorRow, SessionLink } from "../../../workshop/common/instructor-api.js";
import { timeLeft } from "../../../workshop/common/session-time.js";
import { readEnvironment } from "../../config.js";
import { path, wholeNumber } from "../options.js";
import { examplesText } from "../program.js";
import { callInstructorApi } from "../instructor-client.js";
import { orderCommands } from "./orders.js";
import { formatTable } from "../table.js";
import { terminalText } from "../terminal-text.js";

const MAX_COUNT = 500;
const MAX_MINUTES = 7 * 24 * 60;

/** `lectern session`: what an instructor does, through the running server. */
export function sessionCommand(): Command {
  const command = new Command("session").description(
    "Create and list sessions of the running server, tell their learners something, pause, extend and end them, and replace their links.",
  );
  command.addHelpText(
    "after",
    examplesText(["lectern session create --lab my-lab --count 20 --prefix team", "lectern session list"]),
  );
  for (const order of orderCommands()) command.addCommand(order);
  return command.addCommand(create()).addCommand(list()).addCommand(revokeLink()).addCommand(startLink());
}

interface CreateFlags {
  data: string;
  lab: string;
  count: number;
  minutes?: number;
  prefix?: string;
  json?: boolean;
}

function create(): Command {
  return withData(new Command("create"))
    .description("Make sessions ready in advance and print a link for each.")
    .requiredOption("--lab <name>", "name of the lab, as the catalogue lists it")
    .option("--count <number>", "how many", wholeNumber(1, MAX_COUNT), 1)
    .option(
      "--minutes <number>",
      "how long each lasts (default: what the lab says)",
      wholeNumber(1, MAX_MINUTES),
    )
    .option("--prefix <label>", "start of the sessions' names")
    .option("--json", "print them as JSON")
    .addHelpText(
      "after",
      examplesText(["lectern session create --lab image-registry-policies --count 20 --minutes 90"]),
    )
    .action(async ({ data, json, ...wanted }: CreateFlags) => {
      const links = await callInstructorApi<SessionLink[]>(data, "POST", "sessions", wanted);
      if (json) return print(JSON.stringify(links, null, 2));
      print(
        formatTable(
          ["SESSION", "LINK"],
          links.map((row) => [row.id, row.link]),
        ),
      );
    });
}

function list(): Command {
  return withData(new Command("list"))
    .description("List sessions: lab, page, steps, time left.")
    .option("--json", "print them as JSON")
    .addHelpText("after", examplesText(["lectern session list"]))
    .action(async ({ data, json }: { data: string; json?: boolean }) => {
      const rows = await callInstructorApi<InstructorRow[]>(data, "GET", "sessions");
      if (json) print(JSON.stringify(rows, null, 2));
      else if (rows.length === 0)
        print('There are no sessions. Make some with "lectern session create --lab NAME".');
      else
        print(
          formatTable(
            ["SESSION", "LAB", "PHASE", "PAGE", "STEPS", "FAILED", "LEFT", "NOTE"],
            rows.map(cells),
          ),
        );
    });
}

function revokeLink(): Command {
  return withData(new Command("revoke-link"))
    .description("Replace the link of a session; the old one, and every browser it let in, is refused.")
    .argument("<session>")
    .option("--json", "print the session and its new link as JSON")
    .addHelpText("after", examplesText(["lectern session revoke-link my-lab-x7k2p"]))
    .action(async (id: string, { data, json }: { data: string; json?: boolean }) => {
      const at = `sessions/${encodeURIComponent(id)}/revoke-link`;
      const made = await callInstructorApi<SessionLink>(data, "POST", at);
      print(json ? JSON.stringify(made, null, 2) : made.link);
    });
}

function startLink(): Command {
  return withData(new Command("start-link"))
    .description("Print the link that lets learners start labs, where not everybody may.")
    .option("--json", "print it as JSON")
    .addHelpText("after", examplesText(["lectern session start-link"]))
    .action(async ({ data, json }: { data: string; json?: boolean }) => {
      const given = await callInstructorApi<{ link: string }>(data, "GET", "start-link");
      print(json ? JSON.stringify(given, null, 2) : given.link);
    });
}

function withData(command: Command): Command {
  return command.option("--data <dir>", "data directory of the running server", path, readEnvironment().data);
}

function cells(row: InstructorRow): string[] {
  return [
    row.id,
    row.lab,
    row.phase,
    row.pages === 0 ? "" : `${String(row.pageNumber)} of ${String(row.pages)}`,
    `${String(row.stepsDone)}/${String(row.steps)}`,
    String(row.stepsFailed),
    row.openedAt === undefined ? "" : minutesLeft(row),
    noteOf(row),
  ];
}

function noteOf({
  help,
  pausedUntil,
  announcement,
  stuck,
  reason,
  openedAt,
  expiresAt,
}: InstructorRow): string {
  if (help !== undefined)
    return [`asks for help${help.takenBy === undefined ? "" : ` (${help.takenBy} comes)`}`, help.text]
      .filter((part) => part !== "")
      .join(": ");
  const isPaused = pausedUntil !== undefined && Date.parse(pausedUntil) > Date.now();
  const trouble = stuck ?? reason ?? (openedAt === undefined ? unopened(expiresAt) : undefined);
  return [
    ...(trouble === undefined ? [] : [trouble]),
    ...(isPaused ? [`paused until ${pausedUntil.slice(0, 16).replace("T", " ")} UTC`] : []),
    ...(announcement?.asks ? [`asked: ${announcement.answer ?? "no answer yet"}`] : []),
  ].join("; ");
}

function unopened(expiresAt: string): string {
  return `not opened yet; its link is good until ${expiresAt.slice(0, 16).replace("T", " ")} UTC`;
}

function minutesLeft(row: InstructorRow): string {
  const minutes = Math.max(0, Math.round(timeLeft(row, Date.now()) / 60_000));
  return Number.isFinite(minutes) ? `${String(minutes)} min` : "";
}

function print(text: string): void {
  process.stdout.write(`${terminalText(text)}\n`);
}
