import type { Command, CommandOutcome } from "../common/session-host.js";
import { TerminalError, terminalErrorCodes } from "../common/errors.js";
import type { ShellMark } from "../common/stream-scanner.js";
import { STATUS_UNTOLD, beginLine, endLine, ending, unknown, type Ending } from "./command-ending.js";
import {
  isWaiting,
  makeJob,
  noteEntry,
  nowWaitingFor,
  outcomeOf,
  type CommandJob,
  type QueueSurroundings,
} from "./command-job.js";
import { CommandRecords } from "./command-records.js";
import { OutputCapture } from "./output-capture.js";
import { PromptState } from "./prompt-state.js";
import { entered, isBlank, shellKeys, typedText } from "./shell-keys.js";
import { ShellWatch } from "./shell-watch.js";

/** Commands waiting in one terminal; a page's "run all" has a few dozen. */
const QUEUE_LIMIT = 200;
/** How often the foreground process is looked at while a command runs. */
const WATCH_MS = 100;
const CTRL_C = "\u0003";

/** Runs commands in one shell one after the other and learns from the shell's marks how each ended. */
export class CommandQueue {
  readonly #around: QueueSurroundings;
  readonly #records = new CommandRecords();
  readonly #jobs: CommandJob[] = [];
  readonly #prompt = new PromptState();
  readonly #watch: ShellWatch;
  /** Whether the shell's history expansion has to be given back before the learner types. */
  #owesHistoryExpansion = false;

  constructor(around: QueueSurroundings) {
    this.#around = around;
    this.#watch = new ShellWatch(around, {
      prompt: this.#prompt,
      jobs: this.#jobs,
      advance: () => this.#advance(),
      writeEntry: (job) => this.#writeEntry(job),
      enterNextLine: (job) => this.#enterNextLine(job),
      typeInto: (job, name) => this.#typeInto(job, name),
      tellWaiting: () => this.#tellWaiting(),
      finish: (job, end) => this.#finish(job, end),
    });
  }

  /** Where the running command's output goes; `undefined` while none is between its marks. */
  get capture(): OutputCapture | undefined {
    const job = this.#jobs[0];
    const isRunning = job && (job.hasBegun || job.wasRead) && !job.hasEnded && !job.isBetweenLines;
    return isRunning ? job.capture : undefined;
  }

  run(command: Command): Promise<CommandOutcome> {
    const known = this.#records.get(command.id);
    if (known) return Promise.resolve(known);
    const same = this.#find(command.id);
    if (same) return same.promise;
    if (this.#jobs.length >= QUEUE_LIMIT) {
      const message = `The terminal has ${QUEUE_LIMIT} commands waiting; wait until some have ended.`;
      return Promise.reject(new TerminalError(terminalErrorCodes.queueFull, message));
    }
    const job = makeJob(command);
    this.#jobs.push(job);
    if (this.#jobs.length === 1) this.#begin(job);
    else this.#tellWaiting();
    return job.promise;
  }

  outcome(id: string): CommandOutcome | "queued" | "running" | undefined {
    const job = this.#find(id);
    if (!job) return this.#records.get(id);
    return isWaiting(job) ? "queued" : "running";
  }

  /** Takes a command back that has not been entered; returns whether it was so. */
  cancel(id: string): boolean {
    const job = this.#find(id);
    if (!job || !isWaiting(job)) return false;
    this.#finish(job, { status: "cancelled", exitStatus: null, reason: "taken back before it was entered" });
    return true;
  }

  /** A mark that carried the shell's secret, or a sign of a line editor; returns whether the shell has read all that was written before. */
  handleMark(mark: ShellMark): boolean {
    const { kind, fields } = mark;
    this.#watch.noteMark(kind);
    switch (kind) {
      case "H":
        return this.#setUp();
      case "C":
        this.#prompt.begin();
        this.#owesHistoryExpansion = fields[3] === "1";
        this.#lineBegan(fields);
        return true;
      case "D":
        this.#commandEnded(fields);
        return this.#prompt.drawPrompt(fields[2] ?? "");
      case "P":
        this.#continueLine(fields);
        return true;
      case "B":
        if (this.#prompt.endPrompt()) this.#promptReturned();
        return false;
      case "A":
        if (this.#entry) this.#entry.isWantedAgain = true;
        return false;
      case "E":
        this.#linesRanOut(fields);
        return false;
      case "read":
        this.capture?.bookmark();
        return false;
      case "read-end":
        if (this.#entry) this.#entry.wasRead = true;
    }
    return false;
  }

  /** What the learner typed passes here first. */
  handleInput(text: string): void {
    const job = this.#jobs[0];
    const isInterrupt = text.includes(CTRL_C);
    if (isInterrupt && job && !isWaiting(job)) job.interrupted = true;
    if (this.#owesHistoryExpansion && this.#prompt.isPrompt && !isInterrupt) {
      this.#owesHistoryExpansion = false;
      this.#around.write(shellKeys.restoreHistoryExpansion);
    }
    this.#prompt.handleInput(text);
  }

  /** The shell is gone: nothing that waits can have an outcome any more. */
  end(exitStatus: number): void {
    this.#watch.stop();
    const reason = `the shell ended with status ${exitStatus}`;
    for (const job of this.#jobs.splice(0))
      this.#settle(job, unknown(isWaiting(job) ? `not entered: ${reason} before` : reason));
  }

  #find(id: string): CommandJob | undefined {
    return this.#jobs.find((job) => job.command.id === id);
  }

  #begin(job: CommandJob): void {
    job.phase = "waiting";
    job.timer = setInterval(() => this.#watch.look(job), WATCH_MS);
    if (this.#prompt.isContinuation) this.#watch.cancelLine();
    else this.#advance();
  }

  #advance(): void {
    const job = this.#jobs[0];
    if (job?.phase === "waiting" && this.#prompt.isPrompt) this.#enter(job);
  }

  /** The command that is in the shell's hands. */
  get #entry(): CommandJob | undefined {
    const [head] = this.#jobs;
    return head?.phase === "entered" ? head : undefined;
  }

  #lineBegan([nonce, previous = ""]: string[]): void {
    const entry = this.#entry;
    if (!entry || entry.nonce !== nonce) return;
    if (!entry.hasBegun) entry.capture = new OutputCapture();
    beginLine(entry, previous);
  }

  #commandEnded([status = "", nonce, , linesLeft = "0"]: string[]): void {
    const entry = this.#entry;
    if (entry && entry.nonce === nonce && !entry.hasEnded) endLine(entry, status, Number(linesLeft));
  }

  /** The shell wants another line before it does anything. */
  #continueLine([linesLeft = "0"]: string[]): void {
    const entry = this.#entry;
    const left = Number(linesLeft);
    // A prompt may be drawn again.
    if (entry && left > 0 && left >= entry.linesLeft) return;
    if (entry && left > 0) {
      entry.linesLeft = left;
      return this.#enterNextLine(entry);
    }
    this.#prompt.continue();
    if (entry) this.#finish(entry, unknown("the command is incomplete: the shell waits for the rest of it"));
  }

  #enterNextLine(entry: CommandJob): void {
    entry.enteredAt = performance.now();
    entry.idleLooks = 0;
    this.#prompt.enter();
    this.#around.write(shellKeys.nextLine);
  }

  /** What was left of the lines were comments. */
  #linesRanOut([nonce]: string[]): void {
    const entry = this.#entry;
    if (!entry || entry.nonce !== nonce) return;
    entry.isBetweenLines = false;
    this.#prompt.await();
    this.#finish(entry, ending(entry, this.#around.shell.program));
  }

  #promptReturned(): void {
    const entry = this.#entry;
    if (entry?.hasEnded) this.#finish(entry, ending(entry, this.#around.shell.program));
    else if (entry?.isBetweenLines) this.#enterNextLine(entry);
    else if (entry?.hasBegun) this.#finish(entry, unknown(STATUS_UNTOLD));
    else if (entry?.isWantedAgain) this.#writeEntry(entry);
    else this.#advance();
  }

  /** The shell has read its start-up file; its first prompt is still to come. */
  #setUp(): boolean {
    this.#prompt.restart();
    const [job] = this.#jobs;
    if (job?.repair) job.repair.isAnswered = true;
    return true;
  }

  #enter(job: CommandJob): void {
    this.#watch.stop();
    job.phase = "entered";
    job.entries = 0;
    job.idleLooks = 0;
    this.#begun(job);
    this.#writeEntry(job);
    if (isBlank(job.command.text))
      this.#finish(job, unknown("the block has no command, only blank lines or comments"));
  }

  #begun(job: CommandJob): void {
    if (job.startedAt !== 0) return;
    job.startedAt = Date.now();
    this.#around.onStarted(job.command, job.startedAt);
  }

  #writeEntry(job: CommandJob): void {
    const { nonce, command } = job;
    noteEntry(job);
    const { program: shell } = this.#around.shell;
    const isPromptTouched = this.#prompt.isTouched;
    this.#around.write(
      entered(command.text, { nonce, shell, clear: command.clear ?? false, isPromptTouched }),
    );
    this.#prompt.enter();
  }

  /** Types into a program that is no shell of ours. */
  #typeInto(job: CommandJob, name: string): void {
    job.phase = "typed";
    job.looks = 0;
    this.#begun(job);
    this.#around.write(typedText(job.command.text, this.#around.bracketedPaste()));
    job.waitsFor = name;
  }

  /** Tells everybody who waits what stands before them. */
  #tellWaiting(): void {
    const foreground = this.#around.shell.foreground();
    const running = foreground.kind === "program" ? foreground.name : "";
    for (const job of nowWaitingFor(this.#jobs, running))
      this.#around.onWaiting(job.command.id, job.waitsFor);
  }

  #finish(job: CommandJob, end: Ending): void {
    const at = this.#jobs.indexOf(job);
    if (at === -1) return;
    this.#jobs.splice(at, 1);
    this.#settle(job, end);
    const next = this.#jobs[0];
    if (next?.phase === "queued") this.#begin(next);
  }

  #settle(job: CommandJob, end: Ending): void {
    clearInterval(job.timer);
    const outcome = outcomeOf(job, end);
    this.#records.add(outcome);
    this.#around.onFinished(outcome);
    job.resolve(outcome);
  }
}
