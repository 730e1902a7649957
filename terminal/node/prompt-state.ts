import { PasteBrackets } from "../common/paste-brackets.js";

/** A return typed at the prompt that started nothing for so long was not a command. */
const LEARNER_ENTER_MS = 1_000;
const CTRL_C = "\u0003";

/** What the shell does, from its marks and from what is typed: whether a command may be entered now. */
export class PromptState {
  #state: "starting" | "prompt" | "continuation" | "busy" = "starting";
  /** When a line was entered that is not ours. */
  #enteredAt = 0;
  /** Lines entered while the shell was not reading: each brings a prompt of its own, before which nothing may be entered. */
  #linesAhead = 0;
  #brackets = new PasteBrackets();
  #lastPrompt = "";
  /** Whether this prompt is another than the last; one that is merely drawn again ends nothing. */
  #isNewPrompt = false;

  /** Whether a line editor reads at a prompt without our marks, which may be a command's own. */
  isUnsure = false;

  /** Whether the learner has pressed keys at this prompt. */
  isTouched = false;

  get isPrompt(): boolean {
    return this.#state === "prompt";
  }

  get isContinuation(): boolean {
    return this.#state === "continuation";
  }

  /** The shell runs something, be it ours or not. */
  begin(): void {
    this.#set("busy");
  }

  /** The shell was set up, once more perhaps: it numbers its prompts from here on, and draws the first. */
  restart(): void {
    this.#set("busy");
    this.#lastPrompt = "";
  }

  /** A command of ours has been entered. */
  enter(): void {
    this.#set("busy");
    this.isTouched = false;
  }

  /** A prompt begins to be drawn; the shell numbers its prompts. Returns whether it is a new one. */
  drawPrompt(number: string): boolean {
    if (number === this.#lastPrompt) return false;
    this.#lastPrompt = number;
    this.#isNewPrompt = true;
    return true;
  }

  /** The prompt is drawn; returns whether it is a new one, at which the shell waits. */
  endPrompt(): boolean {
    if (!this.#isNewPrompt) return false;
    this.await();
    if (this.#linesAhead > 0) this.#expectLine(this.#linesAhead - 1);
    return true;
  }

  /** The shell waits for a line. */
  await(): void {
    this.#set("prompt");
  }

  /** A line editor reads, at a prompt without our marks. */
  awaitUnmarked(): void {
    this.#set("prompt");
    this.isUnsure = true;
  }

  /** The shell was asked whether the prompt is its own; one that does not answer in time is taken to say so. */
  ask(): void {
    this.#expectLine(0);
  }

  continue(): void {
    this.#set("continuation");
  }

  /** A cancelled line whose answer was late brings a second prompt. */
  expectAnotherPrompt(): void {
    this.#linesAhead = 1;
  }

  /** What the learner types passes here first. */
  handleInput(text: string): void {
    this.isTouched = true;
    const isReading = this.isPrompt || this.isContinuation;
    if (text.includes(CTRL_C)) {
      this.#linesAhead = 0;
      this.#brackets = new PasteBrackets();
      // The shell answers with another prompt; keys that come before it may be lost.
      if (isReading) return this.#expectLine(0);
    }
    // What stands in paste brackets is not entered by its line ends.
    const lines = this.#brackets.read(text).match(/[\r\n]/g)?.length ?? 0;
    if (!isReading) this.#linesAhead += lines;
    else if (lines > 0) this.#expectLine(lines - 1);
  }

  /** Whether what was entered has started nothing; then the shell waits. */
  awaitOverdueLine(): boolean {
    if (this.#enteredAt === 0 || performance.now() - this.#enteredAt <= LEARNER_ENTER_MS) return false;
    this.#linesAhead = 0;
    this.await();
    return true;
  }

  /** The shell has a line to read that is not ours; its prompt comes back when that is done. */
  #expectLine(linesAhead: number): void {
    this.#set("busy");
    this.#linesAhead = linesAhead;
    this.#enteredAt = performance.now();
  }

  #set(state: "prompt" | "continuation" | "busy"): void {
    this.#state = state;
    this.isUnsure = false;
    this.#isNewPrompt = false;
    this.#enteredAt = 0;
  }
}
