import headless from "@xterm/headless";
import type { Terminal } from "@xterm/headless";
import { useCharacterWidths } from "../common/character-width.js";
import { OutputFilter } from "../common/output-filter.js";
import type { ScreenSize } from "../common/size-history.js";
import { ColourChanges } from "./colour-changes.js";
import { internalsOf } from "./emulator-internals.js";
import { restoreText } from "./screen-restore.js";

/** Lines above the screen that a snapshot brings back. */
export const SCROLLBACK_LINES = 1_000;
/** Characters of one snapshot: the largest screen with every cell in a colour of its own has fewer. */
const SNAPSHOT_LIMIT = 32 * 1024 * 1024;

/** A terminal without a display: keeps the screen, answers what programs ask, and can be written down as text. */
export class Emulator {
  readonly #terminal: Terminal;
  readonly #filter: OutputFilter;
  readonly #colours: ColourChanges;
  #title = "";
  #answers = "";

  constructor({ columns, rows }: ScreenSize) {
    this.#terminal = new headless.Terminal({
      cols: columns,
      rows,
      scrollback: SCROLLBACK_LINES,
      allowProposedApi: true,
      logLevel: "off",
    });
    useCharacterWidths(this.#terminal);
    this.#filter = new OutputFilter(columns, rows);
    this.#colours = new ColourChanges(this.#terminal.parser);
    this.#terminal.onData((answer) => (this.#answers += answer));
    this.#terminal.onTitleChange((title) => (this.#title = title));
  }

  /** Whether every line end at the bottom moves the whole screen up, as it is unless a program set a scroll region. */
  get scrollsWhole(): boolean {
    const { scrollTop, scrollBottom } = internalsOf(this.#terminal).buffers.active;
    return scrollTop === 0 && scrollBottom === this.#terminal.rows - 1;
  }

  /** Takes output in; it is parsed when this returns. */
  write(bytes: Uint8Array): void {
    internalsOf(this.#terminal).writeSync(this.#filter.filter(bytes));
  }

  resize({ columns, rows }: ScreenSize): void {
    this.#filter.resize(columns, rows);
    this.#terminal.resize(columns, rows);
  }

  /** What was answered since this was called last. */
  takeAnswers(): string {
    const answers = this.#answers;
    this.#answers = "";
    return answers;
  }

  /** Text that makes an empty terminal of the same size look and behave like this one, in UTF-8. */
  snapshot(): Uint8Array<ArrayBuffer> {
    const before = this.#titleText() + this.#colours.text();
    let scrollback = SCROLLBACK_LINES;
    let text = restoreText(this.#terminal, scrollback);
    while (text.length > SNAPSHOT_LIMIT && scrollback > 0) {
      scrollback = Math.floor(scrollback / 2);
      text = restoreText(this.#terminal, scrollback);
    }
    return new TextEncoder().encode(before + text + this.#filter.unfinished());
  }

  /** What stands on the screen, from its top to the last line that is not empty, each without what is blank at its end. */
  text(): string[] {
    const { active } = this.#terminal.buffer;
    const lines: string[] = [];
    for (let y = 0; y < this.#terminal.rows; y += 1)
      lines.push(
        active
          .getLine(active.baseY + y)
          ?.translateToString(true)
          .trimEnd() ?? "",
      );
    return lines.slice(0, lines.findLastIndex((line) => line !== "") + 1);
  }

  dispose(): void {
    this.#terminal.dispose();
  }

  #titleText(): string {
    // oxlint-disable-next-line no-control-regex
    const printable = this.#title.replace(/[\u0000-\u001f\u007f-\u009f]/g, "");
    return printable ? `\u001b]2;${printable}\u0007` : "";
  }
}
