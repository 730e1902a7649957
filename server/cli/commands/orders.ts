import { randomBytes } from "node:crypto";
import { setTimeout as wait } from "node:timers/promises";
import { Command } from "commander";
import { MAX_ANNOUNCEMENT } from "../../../workshop/common/announcement.js";
import type {
  Order,
  OrderAction,
  OrderEvent,
  OrderOutcome,
} from "../../../workshop/common/instructor-api.js";
import { readEnvironment } from "../../config.js";
import { ServerError, serverErrorCodes } from "../../errors.js";
import { followInstructorApi } from "../instructor-client.js";
import { path, wholeNumber } from "../options.js";
import { examplesText } from "../program.js";
import { terminalText } from "../terminal-text.js";

const ORDER_ID_BYTES = 12;
/** How often an order is given that a dying server has cut off: another one is there within some seconds. */
const ORDER_TRIES = 5;
const AGAIN_MS = 3_000;
/** Between two words on how far it is. */
const PROGRESS_MS = 2_000;
const MAX_MINUTES = 7 * 24 * 60;

interface OrderFlags {
  data: string;
  all?: boolean;
  event?: string;
  json?: boolean;
}

/** The commands of `lectern session` that do the same in many sessions. */
export function orderCommands(): Command[] {
  return [message(), pause(), resume(), extend(), end()];
}

function message(): Command {
  return forMany(new Command("message"), "message <text> [session...]")
    .description("Tell learners something, over their pages; with --ask as a question for yes or no.")
    .argument("<text>", `at most ${String(MAX_ANNOUNCEMENT)} characters`)
    .argument("[session...]")
    .option("--command <line>", "a command that learners may paste or run with one click")
    .option("--ask", "let learners answer yes or no; the answers are in the session list")
    .addHelpText(
      "after",
      examplesText([
        'lectern session message "Is everyone at page 3?" --ask --event my-lab-x7k2',
        'lectern session message "Look at this first" --command "kubectl get pods" --all',
      ]),
    )
    .action(
      async (text: string, sessions: string[], flags: OrderFlags & { command?: string; ask?: boolean }) => {
        const { command, ask } = flags;
        await carryOut(sessions, flags, {
          type: "announce",
          text,
          ...(command === undefined ? {} : { command }),
          ...(ask ? { asks: true as const } : {}),
        });
      },
    );
}

function pause(): Command {
  return forMany(new Command("pause"), "pause [session...]")
    .description("Let the time of sessions stand still; pages say until when.")
    .argument("[session...]")
    .requiredOption("--minutes <number>", "for how long, from now", wholeNumber(1, MAX_MINUTES))
    .addHelpText("after", examplesText(["lectern session pause --minutes 15 --event my-lab-x7k2"]))
    .action(async (sessions: string[], flags: OrderFlags & { minutes: number }) =>
      carryOut(sessions, flags, { type: "pause", minutes: flags.minutes }),
    );
}

function resume(): Command {
  return forMany(new Command("resume"), "resume [session...]")
    .description("Let the time of paused sessions go on before the pause is over.")
    .argument("[session...]")
    .addHelpText("after", examplesText(["lectern session resume --all"]))
    .action(async (sessions: string[], flags: OrderFlags) => carryOut(sessions, flags, { type: "resume" }));
}

function extend(): Command {
  return forMany(new Command("extend"), "extend [session...]")
    .description("Give sessions more time.")
    .argument("[session...]")
    .option("--minutes <number>", "how many minutes more", wholeNumber(1, MAX_MINUTES), 30)
    .addHelpText(
      "after",
      examplesText(["lectern session extend my-lab-x7k2p --minutes 30", "lectern session extend --all"]),
    )
    .action(async (sessions: string[], flags: OrderFlags & { minutes: number }) =>
      carryOut(sessions, flags, { type: "extend", minutes: flags.minutes }),
    );
}

function end(): Command {
  return forMany(new Command("end"), "end [session...]")
    .description("End sessions, with their namespace, shells and home.")
    .argument("[session...]")
    .option(
      "--in <minutes>",
      "tell the learners, and end so many minutes later",
      wholeNumber(0, MAX_MINUTES),
      0,
    )
    .addHelpText(
      "after",
      examplesText(["lectern session end my-lab-x7k2p", "lectern session end --event my-lab-x7k2 --in 10"]),
    )
    .action(async (sessions: string[], flags: OrderFlags & { in: number }) =>
      carryOut(sessions, flags, { type: "end", minutes: flags.in }),
    );
}

function forMany(command: Command, usage: string): Command {
  return command
    .usage(`${usage.replace(/^\S+ /, "")} [options]`)
    .option("--all", "all sessions that live")
    .option("--event <name>", "those of the people of an event")
    .option("--json", "print what became of each as JSON")
    .option("--data <dir>", "data directory of the running server", path, readEnvironment().data);
}

const DONE: Record<OrderAction["type"], string> = {
  announce: "is told",
  pause: "is paused",
  resume: "goes on",
  extend: "has more time",
  end: "is ending",
};

/** Has it done and says what became of each; throws where it was not done for one of them. */
async function carryOut(sessions: string[], flags: OrderFlags, action: OrderAction): Promise<void> {
  const order: Order = {
    id: randomBytes(ORDER_ID_BYTES).toString("base64url"),
    to: recipients(sessions, flags),
    do: action,
  };
  const outcomes = await outcomesOf(flags.data, order, flags.json !== true);
  if (flags.json) print(JSON.stringify(outcomes, null, 2));
  else if (outcomes.length === 0) print("There is no such session.");
  const done =
    action.type === "end" && action.minutes > 0 ? `ends in ${String(action.minutes)} min` : DONE[action.type];
  const problems = outcomes.flatMap(({ id, problem }) =>
    problem === undefined ? [] : [`${id}: ${problem}`],
  );
  if (!flags.json)
    for (const { id, problem, expiresAt } of outcomes)
      if (problem === undefined)
        print(`${id} ${done}${expiresAt === undefined ? "" : `; it ends at ${expiresAt}`}`);
  if (problems.length > 0) throw new ServerError(serverErrorCodes.refused, problems.join("\n"));
}

/** Gives the order again, which does nothing twice, where the server went away in the middle of it; throws where it does not come back. */
async function outcomesOf(data: string, order: Order, tells: boolean): Promise<OrderOutcome[]> {
  for (let tried = 1; ; tried += 1) {
    const outcomes: OrderOutcome[] = [];
    const signal = new AbortController().signal;
    let total = 0;
    let tellsNextAt = performance.now() + PROGRESS_MS;
    try {
      const asked = { method: "POST", path: "orders", body: order, signal };
      for await (const event of followInstructorApi<OrderEvent>(data, asked)) {
        if (event.type === "begun") total = event.sessions;
        if (event.type === "outcome") outcomes.push(event.outcome);
        if (event.type === "done") return outcomes;
        if (!tells || performance.now() < tellsNextAt) continue;
        tellsNextAt = performance.now() + PROGRESS_MS;
        process.stderr.write(`${String(outcomes.length)} of ${String(total)} sessions\n`);
      }
    } catch (error) {
      const isUnreached = tried === 1 && total === 0;
      const isRefused = error instanceof ServerError && error.code !== serverErrorCodes.notRunning;
      if (isUnreached || isRefused || tried === ORDER_TRIES) throw error;
    }
    if (tried === ORDER_TRIES) throw brokenOff(data, outcomes.length, total);
    await wait(AGAIN_MS);
  }
}

function brokenOff(data: string, reached: number, total: number): ServerError {
  return new ServerError(
    serverErrorCodes.notRunning,
    `The server of ${data} went away again and again; of ${String(total)} sessions ${String(reached)} were reached. Look at its log, and at "lectern session list" before you give the order again.`,
  );
}

function recipients(sessions: string[], { all, event }: OrderFlags): Order["to"] {
  const named = [sessions.length > 0, all === true, event !== undefined].filter(Boolean);
  if (named.length !== 1)
    throw new ServerError(
      serverErrorCodes.usage,
      "Say for which sessions: name some, or give --event NAME, or --all; one of the three.",
    );
  if (all === true) return { all: true };
  return event === undefined ? { sessions } : { event };
}

function print(text: string): void {
  process.stdout.write(`${terminalText(text)}\n`);
}
