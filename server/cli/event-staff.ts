import { Command } from "commander";
import type { EventDetail, EventRow } from "../../workshop/common/event-api.js";
import { type EventStaff, type EventStaffChange, staffOf } from "../../workshop/common/event-staff.js";
import { readEnvironment } from "../config.js";
import { ServerError, serverErrorCodes } from "../errors.js";
import { callInstructorApi } from "./instructor-client.js";
import { collectNames, path } from "./options.js";
import { examplesText } from "./program.js";
import { terminalText } from "./terminal-text.js";

interface StaffFlags {
  data: string;
  json?: boolean;
  owner?: string;
  instructor?: string[];
  helper?: string[];
  remove?: string[];
}

/** `lectern event staff`: who looks after an event; shows it where nothing is to be changed. */
export function eventStaffCommand(): Command {
  return new Command("staff")
    .description(
      "Say who looks after an event: its owner, other instructors, helpers. Names are those of tokens, or oidc:SUBJECT.",
    )
    .argument("<event>")
    .option("--owner <name>", "whose it is from now on; an empty name makes it everybody's with a role here")
    .option(
      "--instructor <name>",
      "add somebody who may do everything in it; may be given several times",
      collectNames,
    )
    .option("--helper <name>", "add somebody who may help in it; may be given several times", collectNames)
    .option(
      "--remove <name>",
      "take an instructor or a helper away; may be given several times (an owner goes by --owner)",
      collectNames,
    )
    .option("--json", "print who looks after it as JSON")
    .option("--data <dir>", "data directory of the running server", path, readEnvironment().data)
    .addHelpText(
      "after",
      examplesText([
        "lectern event staff my-lab-x7k2",
        "lectern event staff my-lab-x7k2 --owner anna --instructor carl --helper ben",
        "lectern event staff my-lab-x7k2 --remove ben",
      ]),
    )
    .action(async (name: string, { data, json, ...flags }: StaffFlags) => {
      const address = `workshop-events/${encodeURIComponent(name)}`;
      let event: EventRow = await callInstructorApi<EventDetail>(data, "GET", address);
      if (Object.keys(flags).length > 0)
        event = await callInstructorApi<EventRow>(data, "PUT", `${address}/staff`, staffChange(event, flags));
      if (json)
        return void process.stdout.write(`${terminalText(JSON.stringify(staffOf(event), null, 2))}\n`);
      const words = staffWords(event) ?? "It has no owner: everybody with a role here looks after it.";
      process.stdout.write(`${terminalText(words)}\n`);
    });
}

/** What is asked for, of the event as it was looked at. */
function staffChange(event: EventStaff, flags: Omit<StaffFlags, "data" | "json">): EventStaffChange {
  return { ...changedStaff(event, flags), was: staffOf(event) };
}

/** The staff of an event after what the flags ask for. Throws SERVER_USAGE where they take its owner away and name no other. */
export function changedStaff(
  before: EventStaff,
  { owner, instructor, helper, remove = [] }: Omit<StaffFlags, "data" | "json">,
): EventStaff {
  if (owner === undefined && before.owner !== undefined && remove.includes(before.owner))
    throw new ServerError(
      serverErrorCodes.usage,
      `${before.owner} owns the event, and an event is not without its owner by mistake. Say whose it is from now on with --owner NAME, or make it everybody's with a role here with --owner "".`,
    );
  const stays = (name: string) => !remove.includes(name);
  // Who becomes an instructor is no helper any more, and the other way round.
  const instructors = [
    ...(before.instructors ?? []).filter((one) => stays(one) && !helper?.includes(one)),
    ...(instructor ?? []),
  ];
  const helpers = [
    ...(before.helpers ?? []).filter((one) => stays(one) && !instructor?.includes(one)),
    ...(helper ?? []),
  ];
  const whose = owner ?? before.owner;
  // An event without an owner is everybody's.
  if (owner === "") return {};
  return { ...(whose === undefined ? {} : { owner: whose }), instructors, helpers };
}

/** Who looks after an event, in a line; nothing where it is everybody's. */
export function staffWords({ owner, instructors = [], helpers = [] }: EventStaff): string | undefined {
  if (owner === undefined) return undefined;
  return [
    `Owner: ${owner}`,
    ...(instructors.length > 0 ? [`instructors: ${instructors.join(", ")}`] : []),
    ...(helpers.length > 0 ? [`helpers: ${helpers.join(", ")}`] : []),
  ].join("; ");
}
