import headless from "@xterm/headless";
import type { Terminal } from "@xterm/headless";
import { SerializeAddon } from "@xterm/addon-serialize";
import { restoreAfter, restoreBefore } from "./screen-restore.js";

/** Lines above the screen that a snapshot brings back; serialising 1,000 takes about 15 ms. */
const SCROLLBACK_LINES = 1_000;

/** The screen as a terminal without a display keeps it; also answers the questions programs ask a terminal. */
export class Screen {
  readonly #terminal: Terminal;
  readonly #serializer: SerializeAddon;
  #title = "";
  #pending = 0;

  constructor(columns: number, rows: number, answer: (text: string) => void) {
    this.#terminal = new headless.Terminal({
      cols: columns,
      rows,
      scrollback: SCROLLBACK_LINES,
      allowProposedApi: true,
    });
    this.#serializer = new SerializeAddon();
    // The add-on's types name the browser terminal; it uses only what both have.
    (this.#terminal.loadAddon as (addon: unknown) => void).call(this.#terminal, this.#serializer);
    this.#terminal.onData(answer);
    this.#terminal.onTitleChange((title) => (this.#title = title));
  }

  get columns(): number {
    return this.#terminal.cols;
  }

  get rows(): number {
    return this.#terminal.rows;
  }

  /** Bytes handed over and not parsed yet. */
  get pendingBytes(): number {
    return this.#pending;
  }

  /** Whether the program at the terminal asked for bracketed paste (mode 2004). */
  get bracketedPaste(): boolean {
    return this.#terminal.modes.bracketedPasteMode;
  }

  write(bytes: Uint8Array, onParsed: () => void): void {
    this.#pending += bytes.length;
    this.#terminal.write(bytes, () => {
      this.#pending -= bytes.length;
      onParsed();
    });
  }

  resize(columns: number, rows: number): void {
    this.#terminal.resize(columns, rows);
  }

  /** Resolves when everything written has been parsed. */
  flush(): Promise<void> {
    return new Promise((resolve) => this.#terminal.write("", resolve));
  }

  /**
   * Text that, written to an empty terminal of the same size, makes it look and behave like this one once everything
   * written until now has been parsed.
   */
  snapshot(): Promise<string> {
    const take = (): string =>
      restoreBefore(this.#terminal, this.#title) +
      this.#serializer.serialize() +
      restoreAfter(this.#terminal);
    // Inside the callback, because what was written later is parsed before a promise would resolve.
    return new Promise((resolve) => this.#terminal.write("", () => resolve(take())));
  }

  dispose(): void {
    this.#terminal.dispose();
  }
}
