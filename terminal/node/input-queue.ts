import { ByteQueue } from "./byte-queue.js";
import { PASTE_END, PasteBrackets } from "../common/paste-brackets.js";

/** Bytes handed on at once: what the kernel's line discipline holds, so that little is in front of a Ctrl-C (N_TTY_BUF_SIZE). */
const PIECE_BYTES = 4_096;
/** How often a pseudo terminal that takes nothing is looked at again. */
const LOOK_MS = 5;
/** Bytes that may wait for a program that does not read; several of the largest pastes a page allows. */
const QUEUE_BYTES = 2 * 1024 * 1024;
/** How long a shell has to answer Ctrl-C before the next attempt to bring it out of a paste, and how many there are; drawing a megabyte takes bash seconds, and on a machine that others use up as many times longer. */
const LEAVE_MS = 120;
const LEAVE_TRIES = 1_000;
const CTRL_C = "\u0003";
/** Ctrl-U, in readline and in zsh's line editor. */
const KILL_LINE = "\u0015";

/** How long a shell may take to begin; one that never says so is typed to then. */
const BEGIN_MS = 10_000;

/** Where input goes. */
export interface InputTarget {
  write(piece: Buffer): void;
  /** Whether everything written has left for the kernel. */
  isDrained(): boolean;
  /** Whether what is typed now is read by the shell's own line editor. */
  isReadByShell(): boolean;
}

/**
 * Input of one pseudo terminal, written in order and only as fast as it is taken. Ctrl-C overtakes what waits, and ends a
 * paste whose rest it dropped. Input beyond the bound is refused; a paste that loses its rest that way is ended as well.
 * Nothing is written before the shell begins: until then a Ctrl-C would end it, or what confines it, and not a command.
 */
export class InputQueue {
  readonly #target: InputTarget;
  #arrived = new PasteBrackets();
  #written = new PasteBrackets();
  readonly #waiting = new ByteQueue();
  #timer: NodeJS.Timeout | undefined;
  /** Set while a shell is being brought out of a paste. */
  #leaving: NodeJS.Timeout | undefined;
  /** The rest of a paste that was refused is refused too. */
  #isRefusing = false;
  /** Whether a paste may still be unread by the shell. */
  #hasPasted = false;
  /** Set until the shell has begun. */
  #beginning: NodeJS.Timeout | undefined = setTimeout(() => this.begin(), BEGIN_MS);

  constructor(target: InputTarget) {
    this.#target = target;
  }

  /** The shell reads its start-up file, and has its own way with a Ctrl-C. */
  begin(): void {
    if (!this.#beginning) return;
    clearTimeout(this.#beginning);
    this.#beginning = undefined;
    this.#pump();
  }

  write(text: string): void {
    if (text.includes(CTRL_C)) return this.#interrupt(text.slice(text.lastIndexOf(CTRL_C) + 1));
    const wasOpen = this.#arrived.isOpen;
    this.#arrived.read(text);
    if (this.#isRefusing) {
      this.#isRefusing = this.#arrived.isOpen;
      return;
    }
    if (this.#waiting.length + Buffer.byteLength(text) > QUEUE_BYTES) {
      this.#isRefusing = this.#arrived.isOpen;
      if (wasOpen) this.#add(PASTE_END);
      return;
    }
    this.#add(text);
  }

  /** The shell ran its prompt hooks or began a command: it has read everything that was written before. */
  settle(): void {
    clearTimeout(this.#leaving);
    this.#leaving = undefined;
    this.#hasPasted = this.#written.isOpen;
    if (this.#waiting.length > 0 && !this.#timer) this.#pump();
  }

  close(): void {
    clearTimeout(this.#beginning);
    clearTimeout(this.#timer);
    clearTimeout(this.#leaving);
    this.#waiting.clear();
  }

  #interrupt(rest: string): void {
    const isShell = this.#target.isReadByShell();
    const isOpen = this.#written.isOpen;
    this.#waiting.clear();
    this.#isRefusing = false;
    this.#arrived = new PasteBrackets();
    this.#written = new PasteBrackets();
    clearTimeout(this.#leaving);
    this.#leaving = undefined;
    // Before the shell begins there is nothing to interrupt.
    if (this.#beginning) this.#hasPasted = false;
    else if (isShell && (isOpen || this.#hasPasted)) this.#leavePaste(LEAVE_TRIES);
    else this.#target.write(Buffer.from(CTRL_C + (isOpen ? PASTE_END : "")));
    this.#arrived.read(rest);
    if (rest) this.#add(rest);
  }

  /**
   * A Ctrl-C makes the kernel forget what was not read, often with the end of a paste. Bash takes no notice of a Ctrl-C while it
   * reads a paste, and waits for that end. So in turn come a Ctrl-C, and the end again with Ctrl-U for what came before it,
   * until the shell answers with a new prompt, at which the two do nothing. Each comes alone: bash misses a Ctrl-C that keys follow.
   */
  #leavePaste(tries: number): void {
    const keys = (LEAVE_TRIES - tries) % 2 === 0 ? CTRL_C : PASTE_END + KILL_LINE;
    this.#target.write(Buffer.from(keys));
    this.#leaving = setTimeout(() => (tries > 1 ? this.#leavePaste(tries - 1) : this.#giveUp()), LEAVE_MS);
  }

  /** What was typed meanwhile would be entered together with the paste. */
  #giveUp(): void {
    this.#waiting.clear();
    this.settle();
  }

  #add(text: string): void {
    this.#waiting.add(text);
    if (!this.#timer && !this.#leaving) this.#pump();
  }

  #pump(): void {
    this.#timer = undefined;
    if (this.#leaving || this.#beginning) return;
    if (this.#target.isDrained()) {
      const piece = this.#waiting.take(PIECE_BYTES);
      this.#written.read(piece.toString("latin1"));
      if (this.#written.isOpen || piece.includes(PASTE_END)) this.#hasPasted = true;
      if (piece.length > 0) this.#target.write(piece);
    }
    if (this.#waiting.length > 0) this.#timer = setTimeout(() => this.#pump(), LOOK_MS);
  }
}
