import type { Command, CommandOutcome } from "../common/session-host.js";
import type { ShellMark } from "../common/stream-scanner.js";
import {
  DEAF_SHELL,
  STATUS_UNTOLD,
  beginLine,
  ending,
  looksSuspended,
  unknown,
  type Ending,
} from "./command-ending.js";
import {
  isWaiting,
  noteEntry,
  noteInputRead,
  noteLineEnd,
  type CommandJob,
  type QueueSurroundings,
} from "./command-job.js";
import { CommandJobs } from "./command-jobs.js";
import { OutputCapture } from "./output-capture.js";
import { PromptState } from "./prompt-state.js";
import { entered, isBlank, shellKeys, typedText } from "./shell-keys.js";
import { ShellWatch } from "./shell-watch.js";

/** How often the foreground process is looked at while a command runs. */
const WATCH_MS = 100;
/** How often a shell may say of a command that it is in the middle of another. */
const REFUSALS = 3;
const CTRL_C = "\u0003";

/** Runs commands in one shell one after the other and learns from the shell's marks how each ended. */
export class CommandQueue {
  readonly #around: QueueSurroundings;
  readonly #jobs: CommandJobs;
  readonly #prompt = new PromptState();
  readonly #watch: ShellWatch;
  /** Whether the shell's history expansion has to be given back before the learner types. */
  #owesHistoryExpansion = false;

  constructor(around: QueueSurroundings) {
    this.#around = around;
    this.#jobs = new CommandJobs(around);
    this.#watch = new ShellWatch(around, {
      prompt: this.#prompt,
      jobs: this.#jobs.all,
      advance: () => this.#advance(),
      writeEntry: (job) => this.#writeEntry(job),
      enterNextLine: (job) => this.#enterNextLine(job),
      typeInto: (job, name) => this.#typeInto(job, name),
      tellWaiting: () => this.#jobs.tellWaiting(),
      finish: (job, end) => this.#finish(job, end),
    });
  }

  /** Where the running command's output goes; `undefined` while none is between its marks. */
  get capture(): OutputCapture | undefined {
    const job = this.#jobs.head;
    const isRunning = job && (job.hasBegun || job.wasRead) && !job.hasEnded && !job.isBetweenLines;
    return isRunning ? job.capture : undefined;
  }

  run(command: Command): Promise<CommandOutcome> {
    const known = this.#jobs.known(command.id);
    if (known) return Promise.resolve(known);
    const refusal = this.#jobs.refusal;
    if (refusal) return Promise.reject(refusal);
    const job = this.#jobs.add(command);
    if (this.#jobs.head === job) this.#begin(job);
    else this.#jobs.tellWaiting();
    return job.promise;
  }

  outcome(id: string): CommandOutcome | "queued" | "running" | undefined {
    return this.#jobs.outcome(id);
  }

  /** Takes a command back that has not been entered; returns whether it was so. */
  cancel(id: string): boolean {
    const job = this.#jobs.find(id);
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
        if (this.#jobs.entry) this.#jobs.entry.isWantedAgain = true;
        return false;
      case "E":
        this.#linesRanOut(fields);
        return false;
      case "O":
        this.#refused(fields);
        return false;
      default:
        this.#lineIsRead(kind);
    }
    return false;
  }

  /** A line editor begins or ends to read, or does so for a command that runs. */
  #lineIsRead(kind: string): void {
    const entry = this.#jobs.entry;
    if (kind === "read") this.capture?.bookmark();
    if (kind === "read-end" && entry) entry.wasRead = true;
    if (kind !== "I") return;
    this.#prompt.begin();
    if (entry) noteInputRead(entry);
  }

  /** What the learner typed passes here first. */
  handleInput(text: string): void {
    const job = this.#jobs.head;
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
    this.#jobs.end(exitStatus);
  }

  #begin(job: CommandJob): void {
    job.phase = "waiting";
    job.timer = setInterval(() => this.#watch.look(job), WATCH_MS);
    if (this.#prompt.isContinuation) this.#watch.cancelLine();
    else this.#advance();
  }

  #advance(): void {
    const job = this.#jobs.head;
    if (job?.phase !== "waiting" || !this.#prompt.isPrompt) return;
    if (!this.#prompt.isUnsure) return this.#enter(job);
    this.#prompt.ask();
    this.#around.write(shellKeys.report);
  }

  #lineBegan([nonce, previous = ""]: string[]): void {
    const entry = this.#jobs.entry;
    if (!entry || entry.nonce !== nonce) return;
    if (!entry.hasBegun) entry.capture = new OutputCapture();
    beginLine(entry, previous);
  }

  #commandEnded(fields: string[]): void {
    const entry = this.#jobs.entry;
    const [status = "", nonce] = fields;
    // Of what the learner runs, so that it is not taken for the next command's.
    if (!entry && looksSuspended([status])) this.#around.shell.hasSuspended();
    if (entry && entry.nonce === nonce && !entry.hasEnded) noteLineEnd(entry, fields, this.#around.shell);
  }

  /** The shell wants another line before it does anything. */
  #continueLine([linesLeft = "0", asked]: string[]): void {
    const entry = this.#jobs.entry;
    // An answer that comes late, after a prompt has shown it or the next command was entered, says nothing of now.
    if (
      asked !== undefined &&
      (entry ? entry.nonce !== asked : this.#prompt.isPrompt && !this.#prompt.isUnsure)
    )
      return;
    const left = Number(linesLeft);
    // A prompt may be drawn again.
    if (entry && left > 0 && left >= entry.linesLeft) return;
    if (entry && left > 0) {
      entry.linesLeft = left;
      return this.#enterNextLine(entry);
    }
    this.#prompt.continue();
    if (this.#jobs.head?.phase === "waiting") this.#watch.cancelLine();
    if (entry) this.#finish(entry, unknown("the command is incomplete: the shell waits for the rest of it"));
  }

  /** The shell is in the middle of another command and has not taken this one: that is cancelled first. */
  #refused([nonce]: string[]): void {
    const entry = this.#jobs.entry;
    if (!entry || entry.nonce !== nonce) return;
    entry.refusals += 1;
    if (entry.refusals > REFUSALS) return this.#watch.giveUp(entry, DEAF_SHELL);
    entry.phase = "waiting";
    this.#prompt.continue();
    this.#watch.cancelLine();
  }

  #enterNextLine(entry: CommandJob): void {
    entry.enteredAt = performance.now();
    entry.idleLooks = 0;
    this.#prompt.enter();
    this.#around.write(shellKeys.nextLine);
  }

  /** What was left of the lines were comments. */
  #linesRanOut([nonce]: string[]): void {
    const entry = this.#jobs.entry;
    if (!entry || entry.nonce !== nonce) return;
    entry.isBetweenLines = false;
    this.#prompt.await();
    this.#finish(entry, ending(entry, this.#around.shell.program));
  }

  #promptReturned(): void {
    const entry = this.#jobs.entry;
    if (entry?.hasEnded) this.#finish(entry, ending(entry, this.#around.shell.program));
    else if (entry?.isBetweenLines) this.#enterNextLine(entry);
    else if (entry?.hasBegun) this.#finish(entry, unknown(STATUS_UNTOLD));
    else if (entry?.isWantedAgain) this.#writeEntry(entry);
    else this.#advance();
  }

  /** The shell has read its start-up file; its first prompt is still to come. */
  #setUp(): boolean {
    this.#prompt.restart();
    const job = this.#jobs.head;
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

  #finish(job: CommandJob, end: Ending): void {
    if (!this.#jobs.finish(job, end)) return;
    const next = this.#jobs.head;
    if (next?.phase === "queued") this.#begin(next);
  }
}
