import { writeFileSync } from "node:fs";
import { Command, InvalidArgumentError } from "commander";
import { MAX_CODE, MAX_SEATS, MIN_CODE } from "../../../workshop/common/event.js";
import type { EventDetail, EventPerson, EventRow, NewEvent } from "../../../workshop/common/event-api.js";
import { qrSvg } from "../../../workshop/common/qr-code.js";
import { readEnvironment } from "../../config.js";
import { eventTime } from "../event-times.js";
import { callInstructorApi } from "../instructor-client.js";
import { readNameFile } from "../name-file.js";
import { collectNames, path, wholeNumber } from "../options.js";
import {
  eventAdmitCommand,
  eventDismissCommand,
  eventRemoveCommand,
  eventSeatsCommand,
} from "../event-seats.js";
import { eventStaffCommand, staffWords } from "../event-staff.js";
import { examplesText } from "../program.js";
import { formatTable } from "../table.js";
import { terminalText } from "../terminal-text.js";

const MAX_MINUTES = 7 * 24 * 60;

/** `lectern event`: the day of a workshop, with one link for everybody in the room, through the running server. */
export function eventCommand(): Command {
  return new Command("event")
    .description("Make events: one link for a room, a time, seats and names.")
    .addHelpText(
      "after",
      examplesText([
        "lectern event create --lab my-lab --from 14:00 --until 17:30 --seats 30 --names names.csv",
        "lectern event get my-lab-x7k2 --qr link.svg",
      ]),
    )
    .addCommand(create())
    .addCommand(list())
    .addCommand(get())
    .addCommand(eventSeatsCommand())
    .addCommand(eventAdmitCommand())
    .addCommand(eventDismissCommand())
    .addCommand(eventRemoveCommand())
    .addCommand(eventStaffCommand())
    .addCommand(remove());
}

interface CreateFlags {
  data: string;
  lab: string;
  name?: string;
  from?: string;
  until: string;
  seats: number;
  minutes?: number;
  code?: string;
  names?: string;
  feedback: boolean;
  qr?: string;
  json?: boolean;
  owner?: string;
  instructor?: string[];
  helper?: string[];
}

function create(): Command {
  return withData(new Command("create"))
    .description("Make an event and print its link.")
    .requiredOption("--lab <name>", "name of the lab, as the catalogue lists it")
    .requiredOption("--until <time>", 'when it is over: 17:30 (today), "2026-11-30 17:30" or ISO 8601', time)
    .option("--from <time>", "when its link begins to let people in (default: now)", time)
    .option("--seats <number>", "how many may come", wholeNumber(1, MAX_SEATS), 30)
    .option("--name <label>", "the event's name in the link (default: made of the lab's)")
    .option(
      "--minutes <number>",
      "how long each session lasts from its first opening (default: until the event is over)",
      wholeNumber(1, MAX_MINUTES),
    )
    .option("--code <word>", "what the room is told, and asked for besides the link", codeWord)
    .option("--names <file>", "who may come: names, one a line, or a table with a column name", path)
    .option("--no-feedback", "do not ask people at the end how it was")
    .option("--qr <file>", "write the link as a QR code, in SVG", path)
    .option("--json", "print it as JSON")
    .option(
      "--owner <name>",
      "whose it is: nobody else may see it but those named (default: everybody with a role)",
    )
    .option(
      "--instructor <name>",
      "who may do everything in it besides its owner; may be given several times",
      collectNames,
    )
    .option("--helper <name>", "who may help in it; may be given several times", collectNames)
    .addHelpText(
      "after",
      examplesText([
        "lectern event create --lab my-lab --until 17:30",
        "lectern event create --lab my-lab --until 17:30 --owner anna --instructor carl --helper ben",
        "lectern event create --lab my-lab --from 14:00 --until 17:30 --seats 30 --names names.csv --code heron",
      ]),
    )
    .action(
      async ({
        data,
        names,
        qr,
        json,
        from = new Date().toISOString(),
        instructor,
        helper,
        ...rest
      }: CreateFlags) => {
        const wanted: NewEvent = {
          ...rest,
          ...(instructor && { instructors: instructor }),
          ...(helper && { helpers: helper }),
          from,
          ...(names === undefined ? {} : { names: readNameFile(names) }),
        };
        const event = await callInstructorApi<EventRow>(data, "POST", "workshop-events", wanted);
        tell(event, json);
        if (qr !== undefined) writeQr(qr, event, json);
      },
    );
}

function list(): Command {
  return withData(new Command("list"))
    .description("List events: lab, time, seats, link.")
    .option("--json", "print them as JSON")
    .addHelpText("after", examplesText(["lectern event list"]))
    .action(async ({ data, json }: { data: string; json?: boolean }) => {
      const events = await callInstructorApi<EventRow[]>(data, "GET", "workshop-events");
      if (json) return print(JSON.stringify(events, null, 2));
      if (events.length === 0)
        return print('There are no events. Make one with "lectern event create --lab NAME --until TIME".');
      const rows = events.map((event) => [
        event.name,
        event.lab,
        event.phase,
        hours(event),
        taken(event),
        event.link,
      ]);
      print(formatTable(["EVENT", "LAB", "PHASE", "TIME", "SEATS", "LINK"], rows));
    });
}

function get(): Command {
  return withData(new Command("get"))
    .description("Show an event, and who has come.")
    .argument("<event>")
    .option("--json", "print it as JSON")
    .option("--qr <file>", "write the link as a QR code, in SVG", path)
    .addHelpText("after", examplesText(["lectern event get my-lab-x7k2 --qr link.svg"]))
    .action(async (name: string, { data, json, qr }: { data: string; json?: boolean; qr?: string }) => {
      const event = await callInstructorApi<EventDetail>(
        data,
        "GET",
        `workshop-events/${encodeURIComponent(name)}`,
      );
      if (qr !== undefined) writeQr(qr, event, json);
      if (json) return print(JSON.stringify(event, null, 2));
      tell(event);
      if (event.people.length === 0) return print("Nobody has come yet.");
      // Those who wait stand last, in their order.
      const people = event.people.toSorted((one, other) => (one.place ?? 0) - (other.place ?? 0));
      const rows = people.map((person) => [person.name, cameAt(person), person.session ?? ""]);
      print(formatTable(["NAME", "CAME", "SESSION"], rows));
    });
}

function cameAt({ joinedAt, keptUntil, place }: EventPerson): string {
  if (place !== undefined) return `waits, place ${String(place)}`;
  if (keptUntil !== undefined) return `not here yet, seat kept until ${localTime(keptUntil)}`;
  return joinedAt === undefined ? "not here yet" : localTime(joinedAt);
}

function remove(): Command {
  return withData(new Command("delete"))
    .description("Delete an event: its sessions end, and everything about its people is removed.")
    .argument("<event>")
    .option("--json", "print the outcome as JSON")
    .addHelpText("after", examplesText(["lectern event delete my-lab-x7k2"]))
    .action(async (name: string, { data, json }: { data: string; json?: boolean }) => {
      await callInstructorApi<undefined>(data, "DELETE", `workshop-events/${encodeURIComponent(name)}`);
      if (json) return print(JSON.stringify({ event: name }, null, 2));
      print(`${name} is deleted; its sessions are ending`);
    });
}

function withData(command: Command): Command {
  return command.option("--data <dir>", "data directory of the running server", path, readEnvironment().data);
}

function time(value: string): string {
  return eventTime(value);
}

function codeWord(value: string): string {
  const word = value.trim();
  if (word.length >= MIN_CODE && word.length <= MAX_CODE) return word;
  throw new InvalidArgumentError(`Expected ${String(MIN_CODE)} to ${String(MAX_CODE)} characters.`);
}

function tell(event: EventRow, json = false): void {
  if (json) return print(JSON.stringify(event, null, 2));
  const waiting = event.waiting === 0 ? "" : `, ${String(event.waiting)} wait for one`;
  print(`${event.name}: ${event.title}, ${hours(event)}, ${taken(event)} seats taken${waiting}`);
  print(event.link);
  if (event.code !== undefined) print(`Code: ${event.code}`);
  const staff = staffWords(event);
  if (staff !== undefined) print(staff);
}

function writeQr(file: string, { link }: EventRow, isQuiet = false): void {
  writeFileSync(file, qrSvg(link));
  if (!isQuiet) print(`${file} has the link as a QR code`);
}

function hours({ from, until }: EventRow): string {
  const [first, last] = [localTime(from), localTime(until)];
  return `${first} to ${first.slice(0, 10) === last.slice(0, 10) ? last.slice(11) : last}`;
}

/** On this machine's clock, to the minute. */
function localTime(iso: string): string {
  const moment = new Date(iso);
  const shifted = new Date(moment.getTime() - moment.getTimezoneOffset() * 60_000);
  return shifted.toISOString().slice(0, 16).replace("T", " ");
}

function taken({ seatsTaken, seats }: EventRow): string {
  return `${String(seatsTaken)} of ${String(seats)}`;
}

function print(text: string): void {
  process.stdout.write(`${terminalText(text)}\n`);
}
