import { randomBytes } from "node:crypto";
import type { Command, CommandOutcome } from "../common/session-host.js";
import {
  endLine,
  endedWithShell,
  looksSuspended,
  unknown,
  type Ending,
  type SeenMarks,
} from "./command-ending.js";
import { connectsFirst } from "./command-reader.js";
import { OutputCapture } from "./output-capture.js";
import type { ShellProcess } from "./shell-process.js";

/** How often in a row a program that reads commands must be seen before it counts as one. */
const NESTED_AFTER_LOOKS = 3;
/** The same for one that must reach another machine first: where it cannot, it ends sooner. */
const CONNECTED_AFTER_LOOKS = 30;
/** Characters of a command's first line by which it is named. */
const NAME_CHARACTERS = 60;

/** What the queue needs of its terminal. */
export interface QueueSurroundings {
  readonly shell: Pick<
    ShellProcess,
    "program" | "isPromptShown" | "foreground" | "hasSuspended" | "integrateAgain" | "resume"
  >;
  write(text: string): void;
  /** Whether the program that reads takes bracketed pastes. */
  bracketedPaste(): boolean;
  onStarted(command: Command, startedAt: number): void;
  /** Told what a command waits for, by name, whenever that changes. */
  onWaiting(id: string, waitsFor: string): void;
  onFinished(outcome: CommandOutcome): void;
}

/** A command handed to a terminal, and how far it is. */
export interface CommandJob extends SeenMarks {
  command: Command;
  /** Carried by the marks of this command alone. */
  nonce: string;
  promise: Promise<CommandOutcome>;
  resolve: (outcome: CommandOutcome) => void;
  /** Epoch milliseconds, 0 before. */
  startedAt: number;
  /** When it was last entered. */
  enteredAt: number;
  /** `queued` behind others, `waiting` for the prompt, `entered` there, `typed` into a program that is no shell of ours. */
  phase: "queued" | "waiting" | "entered" | "typed";
  /** Name of what it waits for, or of the program it was typed into. */
  waitsFor: string;
  capture: OutputCapture;
  /** How often in a row the same kind of program was seen in front. */
  looks: number;
  /** How often in a row the shell itself was seen in front, waiting for something. */
  idleLooks: number;
  /** How often it was entered. */
  entries: number;
  /** How often the shell has not taken it, because it was in the middle of another. */
  refusals: number;
  /** Lines that the shell has not been given yet, as it said last. */
  linesLeft: number;
  /** When the shell was asked how it ended, because a prompt came without our marks; 0 before. */
  askedAt: number;
  /** A line editor reads for it, so that it runs. */
  readsInput: boolean;
  /** Whether the shell was made to read its start-up file again for it, and when. */
  repair: { at: number; isAnswered: boolean } | undefined;
  /** The shell has mended its marks first and takes the command at its next prompt. */
  isWantedAgain: boolean;
  timer: NodeJS.Timeout | undefined;
}

/** A new job with a nonce of its own. */
export function makeJob(command: Command): CommandJob {
  let resolve: ((outcome: CommandOutcome) => void) | undefined;
  const promise = new Promise<CommandOutcome>((done) => (resolve = done));
  return {
    command,
    nonce: randomBytes(16).toString("hex"),
    promise,
    resolve: (outcome) => resolve?.(outcome),
    startedAt: 0,
    enteredAt: 0,
    phase: "queued",
    waitsFor: "",
    capture: new OutputCapture(),
    statuses: [],
    hasBegun: false,
    wasRead: false,
    lines: command.text.trim().split("\n").length,
    hasEnded: false,
    interrupted: false,
    isSuspended: false,
    maySkip: false,
    isBetweenLines: false,
    looks: 0,
    idleLooks: 0,
    entries: 0,
    refusals: 0,
    linesLeft: Number.POSITIVE_INFINITY,
    askedAt: 0,
    readsInput: false,
    repair: undefined,
    isWantedAgain: false,
    timer: undefined,
  };
}

/** Whether nothing of the command has reached the shell. */
export function isWaiting({ phase }: Pick<CommandJob, "phase">): boolean {
  return phase === "queued" || phase === "waiting";
}

/** The command is handed to the shell, perhaps once more: what was seen of it before does not count. */
export function noteEntry(job: CommandJob): void {
  job.enteredAt = performance.now();
  job.entries += 1;
  job.linesLeft = Number.POSITIVE_INFINITY;
  job.isWantedAgain = false;
  job.wasRead = false;
  job.askedAt = 0;
  job.readsInput = false;
  job.isSuspended = false;
  job.maySkip = false;
  job.capture = new OutputCapture();
}

/** A line of the command has ended, as the shell's mark says. */
export function noteLineEnd(
  job: CommandJob,
  [status = "", , , linesLeft = "0", maySkip]: readonly string[],
  shell: Pick<ShellProcess, "hasSuspended">,
): void {
  endLine(job, status, Number(linesLeft));
  if (maySkip === "1") job.maySkip = true;
  if (looksSuspended(job.statuses) && shell.hasSuspended()) job.isSuspended = true;
}

/** The command runs, and a line editor reads for it. */
export function noteInputRead(job: CommandJob): void {
  job.askedAt = 0;
  job.readsInput = true;
}

/** Notes for each job what it waits for, the first for the program that runs, and returns those for which that is new. */
export function nowWaitingFor(jobs: readonly CommandJob[], running: string): CommandJob[] {
  const [head] = jobs;
  if (!head) return [];
  const name = isWaiting(head) ? running : nameOf(head.command);
  const news = jobs.filter((job) => isWaiting(job) && name !== "" && job.waitsFor !== name);
  for (const job of news) job.waitsFor = name;
  return news;
}

/** What becomes of the job where the shell has ended. */
export function endAtShellsEnd(job: CommandJob, exitStatus: number): Ending {
  if (isWaiting(job)) return unknown(`not entered: the shell ended with status ${exitStatus} before`);
  const isRead = job.phase === "entered" && (job.hasBegun || job.wasRead);
  return endedWithShell(isRead ? job.command.text : "", exitStatus);
}

/** How often in a row the program must be seen before something follows for the job. */
export function looksNeeded({ phase }: CommandJob, program: string): number {
  return phase === "entered" && connectsFirst(program) ? CONNECTED_AFTER_LOOKS : NESTED_AFTER_LOOKS;
}

/** A command by its first line. */
function nameOf({ text }: Command): string {
  const [first = ""] = text.trim().split("\n", 1);
  return first.length > NAME_CHARACTERS ? `${first.slice(0, NAME_CHARACTERS)}...` : first;
}

/** What became of the job. */
export function outcomeOf(job: CommandJob, end: Ending): CommandOutcome {
  const now = Date.now();
  const startedAt = job.startedAt || now;
  return {
    id: job.command.id,
    ...end,
    startedAt,
    durationMs: Math.max(0, now - startedAt),
    ...job.capture.text(),
  };
}
