import { Command } from "commander";
import { MAX_SEATS } from "../../workshop/common/event.js";
import type { EventDetail, EventPerson, EventRow } from "../../workshop/common/event-api.js";
import { readEnvironment } from "../config.js";
import { ServerError, serverErrorCodes } from "../errors.js";
import { callInstructorApi } from "./instructor-client.js";
import { path, wholeNumber } from "./options.js";
import { examplesText } from "./program.js";
import { terminalText } from "./terminal-text.js";

interface Flags {
  data: string;
  json?: boolean;
}

/** `lectern event seats`: how many may come; who waits moves up to seats that are new. */
export function eventSeatsCommand(): Command {
  return withFlags(new Command("seats"))
    .description("Give an event more seats, or fewer: who waits moves up, and nobody loses theirs.")
    .argument("<event>")
    .argument("<number>", "how many may come", wholeNumber(1, MAX_SEATS))
    .addHelpText("after", examplesText(["lectern event seats my-lab-x7k2 40"]))
    .action(async (name: string, seats: number, { data, json }: Flags) => {
      const event = await callInstructorApi<EventRow>(data, "PUT", `${address(name)}/seats`, { seats });
      if (json) return print(JSON.stringify(event, null, 2));
      const waiting = event.waiting === 0 ? "" : `, ${String(event.waiting)} wait for one`;
      print(`${name}: ${String(event.seatsTaken)} of ${String(event.seats)} seats taken${waiting}`);
    });
}

/** `lectern event admit`: a seat for somebody who waits, out of turn. */
export function eventAdmitCommand(): Command {
  return withFlags(new Command("admit"))
    .description("Give a seat to somebody on the waiting list, out of turn and beyond the seats there are.")
    .argument("<event>")
    .argument("<person>", "the name, or the id that get --json shows")
    .addHelpText("after", examplesText(['lectern event admit my-lab-x7k2 "Ada Lovelace"']))
    .action(async (name: string, person: string, { data, json }: Flags) => {
      const { id, name: whose } = await waitingPerson(data, name, person);
      await callInstructorApi<undefined>(data, "POST", `${address(name)}/people/${id}/seat`);
      tell(`${whose} has a seat of ${name}`, { event: name, id, name: whose, hasSeat: true }, json);
    });
}

/** `lectern event dismiss`: somebody waits no more. */
export function eventDismissCommand(): Command {
  return withFlags(new Command("dismiss"))
    .description("Take somebody off the waiting list of an event.")
    .argument("<event>")
    .argument("<person>", "the name, or the id that get --json shows")
    .addHelpText("after", examplesText(['lectern event dismiss my-lab-x7k2 "Ada Lovelace"']))
    .action(async (name: string, person: string, { data, json }: Flags) => {
      const { id, name: whose } = await waitingPerson(data, name, person);
      await callInstructorApi<undefined>(data, "DELETE", `${address(name)}/people/${id}/waiting`);
      tell(
        `${whose} waits no more for a seat of ${name}`,
        { event: name, id, name: whose, hasSeat: false },
        json,
      );
    });
}

/** `lectern event remove`: a person with everything that is known of them. */
export function eventRemoveCommand(): Command {
  return withFlags(new Command("remove"))
    .description("Remove somebody from an event: their session ends, and everything about them is deleted.")
    .argument("<event>")
    .argument("<person>", "the name, or the id that get --json shows")
    .addHelpText("after", examplesText(['lectern event remove my-lab-x7k2 "Ada Lovelace"']))
    .action(async (name: string, person: string, { data, json }: Flags) => {
      const { people } = await callInstructorApi<EventDetail>(data, "GET", address(name));
      const { id } = onlyOne(people, { event: name, wanted: person, does: "takes part in" });
      await callInstructorApi<undefined>(data, "DELETE", `${address(name)}/people/${id}`);
      tell(`Everything about ${person} in ${name} is deleted`, { event: name, id }, json);
    });
}

async function waitingPerson(data: string, event: string, wanted: string): Promise<EventPerson> {
  const { people } = await callInstructorApi<EventDetail>(data, "GET", address(event));
  const waiting = people.filter(({ place }) => place !== undefined);
  return onlyOne(waiting, { event, wanted, does: "waits for a seat of" });
}

/** Throws SERVER_USAGE where nobody has that name or id, or several have the name. */
function onlyOne(
  people: readonly EventPerson[],
  { event, wanted, does }: { event: string; wanted: string; does: string },
): EventPerson {
  const found = people.filter(({ id, name }) => id === wanted || name === wanted);
  if (found[0] !== undefined && found.length === 1) return found[0];
  const ids = found.map(({ id }) => id).join(", ");
  throw new ServerError(
    serverErrorCodes.usage,
    found.length === 0
      ? `Nobody called "${wanted}" ${does} ${event}. "lectern event get ${event}" shows who does.`
      : `Each of ${String(found.length)} people called "${wanted}" ${does} ${event}: ${ids}. Give the id in place of the name.`,
  );
}

function address(event: string): string {
  return `workshop-events/${encodeURIComponent(event)}`;
}

function withFlags(command: Command): Command {
  return command
    .option("--data <dir>", "data directory of the running server", path, readEnvironment().data)
    .option("--json", "print the outcome as JSON");
}

function tell(words: string, outcome: object, json: boolean | undefined): void {
  print(json ? JSON.stringify(outcome, null, 2) : words);
}

function print(text: string): void {
  process.stdout.write(`${terminalText(text)}\n`);
}
