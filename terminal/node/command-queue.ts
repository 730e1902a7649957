import type { Command, CommandOutcome } from "../common/session-host.js";
import { TerminalError, terminalErrorCodes } from "../common/errors.js";
import type { ShellMark } from "../common/stream-scanner.js";
import { beginLine, endCommand, ending, typed, unknown, type Ending } from "./command-ending.js";
import {
  isWaiting,
  looksNeeded,
  makeJob,
  nowWaitingFor,
  outcomeOf,
  type CommandJob,
  type QueueSurroundings,
} from "./command-job.js";
import { CommandRecords } from "./command-records.js";
import type { Foreground } from "./foreground.js";
import { OutputCapture } from "./output-capture.js";
import { PromptState } from "./prompt-state.js";
import { entered, isBlank, shellKeys, typedText } from "./shell-keys.js";

/** Commands waiting in one terminal; a page's "run all" has a few dozen. */
const QUEUE_LIMIT = 200;
/** How often the foreground process is looked at while a command runs. */
const WATCH_MS = 100;
/**
 * A Ctrl-C that reaches bash just before it begins to read is noticed only with the next key: where an incomplete line is still
 * there after so long, it is sent again.
 */
const CANCEL_AGAIN_MS = 1_000;
/** A command that a waiting shell has not begun after so long was lost on the way: it is entered again, and the shell takes it once. */
const ENTER_AGAIN_MS = 2_000;
/** A line editor that reads for so long without a mark of ours draws a prompt without them. */
const UNMARKED_PROMPT_MS = 100;
const CTRL_C = "\u0003";

/** Runs commands in one shell one after the other and learns from the shell's marks how each ended. */
export class CommandQueue {
  readonly #around: QueueSurroundings;
  readonly #records = new CommandRecords();
  readonly #jobs: CommandJob[] = [];
  readonly #prompt = new PromptState();
  /** When an incomplete line was last cancelled. */
  #cancelledAt = 0;
  /** Whether the shell's history expansion has to be given back before the learner types. */
  #owesHistoryExpansion = false;
  #isLineEditorReading = false;
  #unmarkedPrompt: NodeJS.Timeout | undefined;

  constructor(around: QueueSurroundings) {
    this.#around = around;
  }

  /** Where the running command's output goes; `undefined` while none is between its marks. */
  get capture(): OutputCapture | undefined {
    const job = this.#jobs[0];
    return job && (job.hasBegun || job.wasRead) && !job.hasEnded ? job.capture : undefined;
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
    if (mark.kind !== "D") clearTimeout(this.#unmarkedPrompt);
    switch (mark.kind) {
      case "C":
        this.#prompt.begin();
        this.#owesHistoryExpansion = mark.fields[3] === "1";
        this.#lineBegan(mark.fields);
        return true;
      case "D":
        this.#commandEnded(mark.fields);
        return this.#prompt.drawPrompt(mark.fields[2] ?? "");
      case "B":
        if (this.#prompt.endPrompt()) this.#promptReturned();
        return false;
      case "P":
        this.#prompt.continue();
        this.#stayedIncomplete();
        return true;
      case "read":
        this.#isLineEditorReading = true;
        this.capture?.bookmark();
        this.#unmarkedPrompt = setTimeout(() => this.#handleUnmarkedPrompt(), UNMARKED_PROMPT_MS);
        return false;
      case "read-end":
        this.#isLineEditorReading = false;
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
    clearTimeout(this.#unmarkedPrompt);
    const reason = `the shell ended with status ${exitStatus}`;
    for (const job of this.#jobs.splice(0))
      this.#settle(job, unknown(isWaiting(job) ? `not entered: ${reason} before` : reason));
  }

  #find(id: string): CommandJob | undefined {
    return this.#jobs.find((job) => job.command.id === id);
  }

  #begin(job: CommandJob): void {
    job.phase = "waiting";
    job.timer = setInterval(() => this.#watch(job), WATCH_MS);
    if (this.#prompt.isContinuation) this.#cancelLine();
    else this.#advance();
  }

  #cancelLine(): void {
    this.#cancelledAt = Date.now();
    this.#around.write(CTRL_C);
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

  #commandEnded([status = "", nonce]: string[]): void {
    const entry = this.#entry;
    if (entry && entry.nonce === nonce && !entry.hasEnded) endCommand(entry, status);
  }

  #stayedIncomplete(): void {
    const entry = this.#entry;
    if (entry) this.#finish(entry, unknown("the command is incomplete: the shell waits for the rest of it"));
  }

  #promptReturned(): void {
    const entry = this.#entry;
    if (entry?.hasEnded) this.#finish(entry, ending(entry, this.#around.shell));
    else if (entry?.hasBegun)
      this.#finish(
        entry,
        unknown("the shell's variables were changed, so that it could not tell the status"),
      );
    else this.#advance();
  }

  #enter(job: CommandJob): void {
    clearTimeout(this.#unmarkedPrompt);
    job.phase = "entered";
    job.startedAt = Date.now();
    this.#around.onStarted(job.command.id, job.startedAt);
    this.#writeEntry(job);
    this.#prompt.enter();
    if (isBlank(job.command.text))
      this.#finish(job, unknown("the block has no command, only blank lines or comments"));
  }

  #writeEntry(job: CommandJob): void {
    const { nonce, command } = job;
    job.enteredAt = Date.now();
    const { shell } = this.#around;
    const isPromptTouched = this.#prompt.isTouched;
    this.#around.write(
      entered(command.text, { nonce, shell, clear: command.clear ?? false, isPromptTouched }),
    );
  }

  /** Types into a program that is no shell of ours. */
  #typeInto(job: CommandJob, name: string): void {
    job.phase = "typed";
    job.looks = 0;
    job.startedAt = Date.now();
    this.#around.onStarted(job.command.id, job.startedAt);
    this.#around.write(typedText(job.command.text, this.#around.bracketedPaste()));
    job.waitsFor = name;
  }

  /** A prompt was drawn in which our marks are not: the shell is asked how the command ended. */
  #handleUnmarkedPrompt(): void {
    if (this.#prompt.isPrompt || this.#around.foreground().kind !== "shell") return;
    const job = this.#jobs[0];
    if (job?.phase === "entered") {
      this.capture?.cutToBookmark();
      this.#around.write(shellKeys.report);
    } else {
      this.#prompt.await();
      this.#advance();
    }
  }

  /** Looks for the blind spots: programs and shells that will never send our marks. */
  #watch(job: CommandJob): void {
    if (this.#prompt.isContinuation && Date.now() - this.#cancelledAt > CANCEL_AGAIN_MS) {
      this.#cancelLine();
      // Where only the answer to the first was late, the second brings a prompt of its own.
      this.#prompt.expectAnotherPrompt();
    }
    const foreground = this.#around.foreground();
    if (job.phase === "typed") return this.#watchTyped(job, foreground);
    if (foreground.kind === "shell") return this.#watchShell(job);
    this.#tellWaiting();
    job.looks = foreground.kind === "program" ? 0 : job.looks + 1;
    const { name } = foreground;
    if (job.looks < looksNeeded(job, name)) return;
    if (job.phase === "waiting") this.#typeInto(job, name);
    else if (foreground.kind === "interactive")
      this.#finish(job, typed(`${name} runs in the shell and does not report how a command ended`));
    else
      this.#finish(
        job,
        unknown(`the shell was replaced by ${name}, which does not report how a command ended`),
      );
  }

  #watchShell(job: CommandJob): void {
    job.looks = 0;
    if (job.phase === "waiting" && this.#prompt.awaitOverdueLine()) return this.#advance();
    const isLost = !job.hasBegun && Date.now() - job.enteredAt > ENTER_AGAIN_MS;
    if (job.phase === "entered" && isLost && this.#isLineEditorReading) this.#writeEntry(job);
  }

  /** What was typed into a nested shell has ended when that shell has the terminal again, or is gone. */
  #watchTyped(job: CommandJob, foreground: Foreground): void {
    job.looks = foreground.kind === "program" ? 0 : job.looks + 1;
    if (job.looks < looksNeeded(job, job.waitsFor)) return;
    this.#finish(job, typed(`typed into ${job.waitsFor}, which does not report how a command ended`));
  }

  /** Tells everybody who waits what stands before them. */
  #tellWaiting(): void {
    const foreground = this.#around.foreground();
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
