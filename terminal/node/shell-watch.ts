import type { CommandJob, QueueSurroundings } from "./command-job.js";
import { looksNeeded } from "./command-job.js";
import {
  DEAF_SHELL,
  PROMPT_NOT_SHOWN,
  STATUS_UNTOLD,
  replaced,
  typed,
  unknown,
  type Ending,
} from "./command-ending.js";
import type { Foreground } from "./foreground.js";
import type { PromptState } from "./prompt-state.js";
import { shellKeys } from "./shell-keys.js";

/**
 * A Ctrl-C that reaches bash just before it begins to read is noticed only with the next key: where an incomplete line is still
 * there after so long, it is sent again.
 */
const CANCEL_AGAIN_MS = 1_000;
/** A command that a waiting shell has not begun after so long was lost on the way: it is entered again, and the shell takes it once. */
const ENTER_AGAIN_MS = 2_000;
/** How often it is entered before the shell is set up again, and how long that may take. */
const ENTRIES = 2;
const REPAIR_MS = 3_000;
/** Looks in a row at which the shell waits for a key, after which it is at a prompt that is not seen, or takes no command. */
const IDLE_LOOKS = 5;
const SILENT_LOOKS = 40;
/** A line editor that reads for so long without a mark of ours draws a prompt without them. */
const UNMARKED_PROMPT_MS = 100;
const CTRL_C = "\u0003";
/** Ctrl-U, with and without a line editor. */
const KILL_LINE = "\u0015";

/** What the watch sees of the queue whose shell it looks at, and does there. */
export interface WatchedQueue {
  readonly prompt: PromptState;
  readonly jobs: readonly CommandJob[];
  /** Enters the command that waits, where there is a prompt. */
  advance(): void;
  writeEntry(job: CommandJob): void;
  enterNextLine(job: CommandJob): void;
  typeInto(job: CommandJob, name: string): void;
  tellWaiting(): void;
  finish(job: CommandJob, end: Ending): void;
}

/** Looks for what no mark tells: programs and shells that never send ours, and a shell that takes no command any more. */
export class ShellWatch {
  readonly #around: QueueSurroundings;
  readonly #queue: WatchedQueue;
  /** When an incomplete line was last cancelled. */
  #cancelledAt = 0;
  /** Whether a line editor reads. */
  #isReading = false;
  #lastMark = "";
  #unmarkedPrompt: NodeJS.Timeout | undefined;

  constructor(around: QueueSurroundings, queue: WatchedQueue) {
    this.#around = around;
    this.#queue = queue;
  }

  /** Every mark comes here first. */
  noteMark(kind: string): void {
    if (kind !== "D") this.stop();
    if (kind === "read") this.#isReading = true;
    if (kind === "read-end") this.#isReading = false;
    // Zsh draws its prompt before it reads, bash afterwards.
    if (kind === "read" && this.#lastMark !== "B" && this.#lastMark !== "P")
      this.#unmarkedPrompt = setTimeout(() => this.#handleUnmarkedPrompt(), UNMARKED_PROMPT_MS);
    this.#lastMark = kind;
  }

  /** A prompt that has no marks is not waited for any more. */
  stop(): void {
    clearTimeout(this.#unmarkedPrompt);
  }

  cancelLine(): void {
    this.#cancelledAt = performance.now();
    this.#around.write(CTRL_C);
  }

  /** Called every tenth of a second for the command at the queue's head. */
  look(job: CommandJob): void {
    if (this.#queue.prompt.isContinuation && performance.now() - this.#cancelledAt > CANCEL_AGAIN_MS) {
      this.cancelLine();
      // Where only the answer to the first was late, the second brings a prompt of its own.
      this.#queue.prompt.expectAnotherPrompt();
    }
    const foreground = this.#around.shell.foreground();
    if (job.phase === "typed") return this.#watchTyped(job, foreground);
    if (foreground.kind === "shell") {
      if (foreground.isStopped) this.#around.shell.resume();
      return this.#watchShell(job, foreground.isIdle);
    }
    this.#queue.tellWaiting();
    job.looks = foreground.kind === "program" ? 0 : job.looks + 1;
    const { name } = foreground;
    if (job.looks < looksNeeded(job, name)) return;
    if (job.phase === "waiting") {
      if (foreground.kind !== "replaced" || !this.#isRepairing(job)) this.#queue.typeInto(job, name);
    } else if (foreground.kind === "interactive")
      this.#queue.finish(job, typed(`${name} runs in the shell and does not report how a command ended`));
    else this.#queue.finish(job, replaced(job.command.text, name));
  }

  /** A prompt was drawn in which our marks are not: the shell is asked how the command ended. */
  #handleUnmarkedPrompt(): void {
    if (this.#queue.prompt.isPrompt || this.#around.shell.foreground().kind !== "shell") return;
    const [job] = this.#queue.jobs;
    if (job?.phase === "entered") {
      job.capture.cutToBookmark();
      this.#ask(job);
    } else {
      this.#queue.prompt.awaitUnmarked();
      this.#queue.advance();
    }
  }

  #askOnce(job: CommandJob): void {
    if (job.askedAt === 0) this.#ask(job);
  }

  /** Has the shell say whether the command has ended, and how. */
  #ask(job: CommandJob): void {
    job.askedAt = performance.now();
    this.#around.write(shellKeys.report);
  }

  #watchShell(job: CommandJob, isIdle: boolean): void {
    job.looks = 0;
    job.idleLooks = isIdle ? job.idleLooks + 1 : 0;
    if (job.phase === "waiting" && this.#queue.prompt.awaitOverdueLine()) return this.#queue.advance();
    if (job.idleLooks >= IDLE_LOOKS && !this.#around.shell.isPromptShown)
      return this.#queue.finish(job, unknown(PROMPT_NOT_SHOWN));
    if (job.phase === "waiting" && job.repair && !job.repair.isAnswered && !this.#isRepairing(job))
      return this.giveUp(job, DEAF_SHELL);
    const isEntered = job.phase === "entered" && !job.readsInput;
    if (isEntered && performance.now() - job.enteredAt > ENTER_AGAIN_MS) this.#watchEntered(job);
  }

  /** Looks whether the shell has taken what was entered, and told of its end. */
  #watchEntered(job: CommandJob): void {
    const isAnswerOverdue = job.askedAt !== 0 && performance.now() - job.askedAt > ENTER_AGAIN_MS;
    if (isAnswerOverdue && this.#isReading && job.idleLooks >= IDLE_LOOKS)
      return this.giveUp(job, STATUS_UNTOLD);
    if (job.isBetweenLines && this.#isReading) return this.#queue.enterNextLine(job);
    const isSilent = !job.wasRead && job.idleLooks > SILENT_LOOKS;
    if (!job.hasBegun && (this.#isReading || isSilent)) this.#watchUnread(job, isAnswerOverdue);
  }

  /** The command has not begun: it was lost, the shell is deaf, or waits for the rest of an incomplete line at a prompt that shows none of it. */
  #watchUnread(job: CommandJob, isAnswerOverdue: boolean): void {
    if (this.#isReading && job.entries < ENTRIES) return this.#queue.writeEntry(job);
    if (!this.#isReading && !isAnswerOverdue) return this.#askOnce(job);
    if (job.repair || !this.#isRepairing(job)) this.giveUp(job, DEAF_SHELL);
  }

  /** Has the shell read its start-up file again, once for a command; returns whether it may still do so. */
  #isRepairing(job: CommandJob): boolean {
    if (job.repair) return performance.now() - job.repair.at < REPAIR_MS;
    const line = this.#around.shell.integrateAgain();
    if (line === undefined) return false;
    job.repair = { at: performance.now(), isAnswered: false };
    job.phase = "waiting";
    this.#queue.prompt.begin();
    this.#around.write(`${CTRL_C}${KILL_LINE}${line}\r`);
    return true;
  }

  /** Nobody can say how the command ended, and the shell waits at a prompt, the next of which is no part of an incomplete line. */
  giveUp(job: CommandJob, reason: string): void {
    this.#around.write(`${CTRL_C}${KILL_LINE}`);
    this.#queue.prompt.await();
    this.#queue.finish(job, unknown(reason));
  }

  /** What was typed into a nested shell has ended when that shell has the terminal again, or is gone. */
  #watchTyped(job: CommandJob, foreground: Foreground): void {
    job.looks = foreground.kind === "program" ? 0 : job.looks + 1;
    if (job.looks < looksNeeded(job, job.waitsFor)) return;
    this.#queue.finish(job, typed(`typed into ${job.waitsFor}, which does not report how a command ended`));
  }
}
