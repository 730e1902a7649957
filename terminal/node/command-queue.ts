import type { Command, CommandOutcome } from "../common/session-host.js";
import { PasteBrackets } from "../common/paste-brackets.js";
import { TerminalError, terminalErrorCodes } from "../common/errors.js";
import type { ShellMark } from "../common/stream-scanner.js";
import { beginBlock, endBlock, ending, unknown, type Ending, type SeenMarks } from "./command-ending.js";
import { CommandRecords } from "./command-records.js";
import { OutputCapture } from "./output-capture.js";
import { typed, type Clear } from "./typed-text.js";

/** Commands waiting in one terminal; a page's "run all" has a few dozen. */
const QUEUE_LIMIT = 200;
/** How often the foreground process is looked at while a command runs, and how long it must be the same. */
const WATCH_MS = 100;
const NESTED_AFTER_LOOKS = 3;
/** A return typed at the prompt that started nothing for so long was not a command. */
const LEARNER_ENTER_MS = 1_000;
/**
 * A Ctrl-C that reaches bash just before it begins to read is noticed only with the next key: where an incomplete line is still
 * there after so long, it is sent again.
 */
const CANCEL_AGAIN_MS = 1_000;

/** What the queue needs of its terminal. */
export interface QueueSurroundings {
  write(text: string): void;
  /** Resolves when everything received has been parsed; then tells whether pastes are bracketed. */
  bracketedPaste(): Promise<boolean>;
  /** Whether the shell's line editor leaves a question with Ctrl-G and keeps the line, as readline does. */
  readonly abortsWithCtrlG: boolean;
  /** The program a typed line would reach: the shell itself, or one that cannot report a status, by name. */
  foreground(): "shell" | "program" | { interactive: string } | { replaced: string };
  onStarted(id: string, startedAt: number): void;
  onFinished(outcome: CommandOutcome): void;
}

interface Job extends SeenMarks {
  command: Command;
  promise: Promise<CommandOutcome>;
  resolve: (outcome: CommandOutcome) => void;
  startedAt: number;
  phase: "queued" | "waiting" | "typing" | "running";
  capture: OutputCapture;
  looks: number;
  timers: NodeJS.Timeout[];
}

/** Runs commands in one shell one after the other and learns from the shell's marks how each ended. */
export class CommandQueue {
  readonly #around: QueueSurroundings;
  readonly #records = new CommandRecords();
  readonly #jobs: Job[] = [];
  #shell: "starting" | "prompt" | "continuation" | "busy" = "starting";
  #enteredAt = 0;
  /** When an incomplete line was last cancelled. */
  #cancelledAt = 0;
  /** Lines entered while the shell was not reading: each brings a prompt of its own, before which nothing may be typed. */
  #linesAhead = 0;
  #learnerTyped = false;
  #brackets = new PasteBrackets();
  /** Whether the shell ran its hooks since something was typed; a `B` without that is only a redrawn prompt. */
  #hooksRan = false;

  constructor(around: QueueSurroundings) {
    this.#around = around;
  }

  /** Where the running command's output goes; `undefined` while none is between its marks. */
  get capture(): OutputCapture | undefined {
    const job = this.#jobs[0];
    return job?.block === undefined ? undefined : job.capture;
  }

  run(command: Command): Promise<CommandOutcome> {
    const known = this.#records.get(command.id);
    if (known) return Promise.resolve(known);
    const same = this.#jobs.find((job) => job.command.id === command.id);
    if (same) return same.promise;
    if (this.#jobs.length >= QUEUE_LIMIT) {
      const message = `The terminal has ${QUEUE_LIMIT} commands waiting; wait until some have ended.`;
      return Promise.reject(new TerminalError(terminalErrorCodes.queueFull, message));
    }
    const job = makeJob(command);
    this.#jobs.push(job);
    if (this.#jobs.length === 1) this.#begin(job);
    return job.promise;
  }

  outcome(id: string): CommandOutcome | "queued" | "running" | undefined {
    const job = this.#jobs.find((candidate) => candidate.command.id === id);
    if (!job) return this.#records.get(id);
    return job.phase === "running" || job.phase === "typing" ? "running" : "queued";
  }

  /** A mark that carried the shell's secret. */
  handleMark(mark: ShellMark): void {
    const job = this.#jobs[0]?.phase === "running" ? this.#jobs[0] : undefined;
    switch (mark.kind) {
      case "C":
        this.#setShell("busy", true);
        if (job) beginBlock(job, mark.fields);
        return;
      case "D":
        this.#hooksRan = true;
        if (job) endBlock(job, mark.fields);
        return;
      case "B":
        if (!this.#hooksRan) return;
        this.#setShell("prompt", true);
        if (this.#linesAhead > 0) this.#expectLine(this.#linesAhead - 1);
        if (job) this.#finish(job, ending(job));
        else this.#advance();
        return;
      case "P":
        this.#setShell("continuation", true);
        if (job) this.#finish(job, unknown("the command is incomplete: the shell waits for the rest of it"));
    }
  }

  /** What the learner typed passes here first. */
  handleInput(text: string): void {
    if (text.includes("\u0003") && this.#jobs[0]?.phase === "running") this.#jobs[0].interrupted = true;
    this.#learnerTyped = true;
    if (text.includes("\u0003")) {
      this.#linesAhead = 0;
      this.#brackets = new PasteBrackets();
    }
    // What stands in paste brackets is not entered by its line ends.
    const lines = this.#brackets.read(text).match(/[\r\n]/g)?.length ?? 0;
    if (this.#shell !== "prompt" && this.#shell !== "continuation") this.#linesAhead += lines;
    else if (lines > 0) this.#expectLine(lines - 1);
  }

  /** The shell is gone: nothing that waits can have an outcome any more. */
  end(exitStatus: number): void {
    const reason = `the shell ended with status ${exitStatus}`;
    while (this.#jobs[0]) this.#finish(this.#jobs[0], unknown(reason), false);
  }

  #setShell(state: "prompt" | "continuation" | "busy", hooksRan: boolean): void {
    this.#shell = state;
    this.#hooksRan = hooksRan;
    this.#enteredAt = 0;
  }

  /** The shell has a line to read that is not ours; its prompt comes back when that is done. */
  #expectLine(linesAhead: number): void {
    this.#setShell("busy", false);
    this.#linesAhead = linesAhead;
    this.#enteredAt = Date.now();
  }

  #begin(job: Job): void {
    job.phase = "waiting";
    const { timeoutMs } = job.command;
    job.timers.push(
      setTimeout(() => this.#finish(job, unknown(this.#timeoutReason(job))), timeoutMs),
      setInterval(() => this.#watch(job), WATCH_MS),
    );
    if (this.#shell === "continuation") this.#cancelLine();
    else if (this.#shell === "prompt") void this.#type(job, "shell");
  }

  #cancelLine(): void {
    this.#cancelledAt = Date.now();
    this.#around.write("\u0003");
  }

  #advance(): void {
    const job = this.#jobs[0];
    if (job?.phase === "waiting" && this.#shell === "prompt") void this.#type(job, "shell");
  }

  async #type(job: Job, into: "shell" | { interactive: string }): Promise<void> {
    // Not running yet: a prompt that is redrawn meanwhile must not be taken for the end of this command.
    job.phase = "typing";
    const bracketed = await this.#around.bracketedPaste();
    if (this.#jobs[0] !== job) return;
    if (into === "shell" && this.#shell !== "prompt") {
      job.phase = "waiting";
      return;
    }
    job.phase = "running";
    job.startedAt = Date.now();
    this.#around.onStarted(job.command.id, job.startedAt);
    const clear = into === "shell" && this.#learnerTyped ? this.#leftBehind : "nothing";
    const lines = typed(job.command.text, { bracketed, clear });
    this.#learnerTyped = false;
    this.#setShell("busy", false);
    this.#around.write(lines.text);
    if (into !== "shell")
      this.#finish(job, unknown(`typed into ${into.interactive}, which does not report how a command ended`));
    else if (lines.blank)
      this.#finish(job, unknown("the block has no command, only blank lines or comments"));
    else if (lines.separate)
      this.#finish(job, unknown("bracketed paste is off in this shell, so the lines cannot be told apart"));
  }

  get #leftBehind(): Clear {
    return this.#around.abortsWithCtrlG ? "question-and-line" : "line";
  }

  /** Looks for the blind spots: programs and shells that will never send our marks. */
  #watch(job: Job): void {
    if (job.phase === "typing") return;
    if (this.#shell === "continuation" && Date.now() - this.#cancelledAt > CANCEL_AGAIN_MS) {
      this.#cancelLine();
      // Where only the answer to the first was late, the second brings a prompt of its own.
      this.#linesAhead = 1;
    }
    const foreground = this.#around.foreground();
    if (job.phase === "waiting" && foreground === "shell" && this.#isLineOverdue()) {
      this.#enteredAt = 0;
      this.#linesAhead = 0;
      this.#shell = "prompt";
      return this.#advance();
    }
    job.looks = typeof foreground === "object" ? job.looks + 1 : 0;
    if (typeof foreground !== "object" || job.looks < NESTED_AFTER_LOOKS) return;
    const name = "interactive" in foreground ? foreground.interactive : foreground.replaced;
    if (job.phase === "waiting") void this.#type(job, { interactive: name });
    else if ("interactive" in foreground)
      this.#finish(job, unknown(`${name} runs in the shell and does not report how a command ended`));
    else
      this.#finish(
        job,
        unknown(`the shell was replaced by ${name}, which does not report how a command ended`),
      );
  }

  #isLineOverdue(): boolean {
    return this.#enteredAt > 0 && Date.now() - this.#enteredAt > LEARNER_ENTER_MS;
  }

  #timeoutReason(job: Job): string {
    const seconds = `${job.command.timeoutMs / 1000} s`;
    if (job.phase !== "running") return `not typed: the terminal was still busy after ${seconds}`;
    if (!job.sawBlock) return `the shell did not report within ${seconds} that the command began`;
    return `still running after ${seconds}, or the shell's prompt hooks were replaced`;
  }

  #finish(job: Job, end: Ending, advance = true): void {
    const at = this.#jobs.indexOf(job);
    if (at === -1) return;
    for (const timer of job.timers) clearTimeout(timer);
    this.#jobs.splice(at, 1);
    const now = Date.now();
    const startedAt = job.startedAt || now;
    const outcome: CommandOutcome = {
      id: job.command.id,
      ...end,
      startedAt,
      durationMs: now - startedAt,
      ...job.capture.text(),
    };
    this.#records.add(outcome);
    this.#around.onFinished(outcome);
    job.resolve(outcome);
    const next = this.#jobs[0];
    if (advance && next?.phase === "queued") this.#begin(next);
  }
}

function makeJob(command: Command): Job {
  let resolve: ((outcome: CommandOutcome) => void) | undefined;
  const promise = new Promise<CommandOutcome>((done) => (resolve = done));
  return {
    command,
    promise,
    resolve: (outcome) => resolve?.(outcome),
    startedAt: 0,
    phase: "queued",
    capture: new OutputCapture(),
    statuses: [],
    block: undefined,
    sawBlock: false,
    interrupted: false,
    looks: 0,
    timers: [],
  };
}
