import type { Command, CommandOutcome } from "../common/session-host.js";
import { TerminalError, terminalErrorCodes } from "../common/errors.js";
import type { Ending } from "./command-ending.js";
import {
  endAtShellsEnd,
  isWaiting,
  makeJob,
  nowWaitingFor,
  outcomeOf,
  type CommandJob,
  type QueueSurroundings,
} from "./command-job.js";
import { CommandRecords } from "./command-records.js";

/** Commands waiting in one terminal; a page's "run all" has a few dozen. */
const QUEUE_LIMIT = 200;

/** The commands of one terminal that have not ended, in their order, and how the last of the others did. */
export class CommandJobs {
  readonly all: CommandJob[] = [];
  readonly #around: QueueSurroundings;
  readonly #records = new CommandRecords();

  constructor(around: QueueSurroundings) {
    this.#around = around;
  }

  get head(): CommandJob | undefined {
    return this.all[0];
  }

  /** The command that is in the shell's hands. */
  get entry(): CommandJob | undefined {
    return this.head?.phase === "entered" ? this.head : undefined;
  }

  find(id: string): CommandJob | undefined {
    return this.all.find((job) => job.command.id === id);
  }

  /** How a command that was handed over before ended or ends. */
  known(id: string): CommandOutcome | Promise<CommandOutcome> | undefined {
    return this.#records.get(id) ?? this.find(id)?.promise;
  }

  outcome(id: string): CommandOutcome | "queued" | "running" | undefined {
    const job = this.find(id);
    if (!job) return this.#records.get(id);
    return isWaiting(job) ? "queued" : "running";
  }

  /** Why there can be no further one: TERMINAL_QUEUE_FULL. */
  get refusal(): TerminalError | undefined {
    if (this.all.length < QUEUE_LIMIT) return undefined;
    const message = `The terminal has ${QUEUE_LIMIT} commands waiting; wait until some have ended.`;
    return new TerminalError(terminalErrorCodes.queueFull, message);
  }

  /** Beyond what `refusal` allows nobody adds any. */
  add(command: Command): CommandJob {
    const job = makeJob(command);
    this.all.push(job);
    return job;
  }

  /** Tells everybody who waits what stands before them. */
  tellWaiting(): void {
    const foreground = this.#around.shell.foreground();
    const running = foreground.kind === "program" ? foreground.name : "";
    for (const job of nowWaitingFor(this.all, running)) this.#around.onWaiting(job.command.id, job.waitsFor);
  }

  /** Takes a command out with its outcome; false where that was done before. */
  finish(job: CommandJob, end: Ending): boolean {
    const at = this.all.indexOf(job);
    if (at === -1) return false;
    this.all.splice(at, 1);
    this.#settle(job, end);
    return true;
  }

  /** The shell is gone: nothing that waits can have an outcome any more. */
  end(exitStatus: number): void {
    for (const job of this.all.splice(0)) this.#settle(job, endAtShellsEnd(job, exitStatus));
  }

  #settle(job: CommandJob, end: Ending): void {
    clearInterval(job.timer);
    const outcome = outcomeOf(job, end);
    this.#records.add(outcome);
    this.#around.onFinished(outcome);
    job.resolve(outcome);
  }
}
