import type { SearchAddon } from "@xterm/addon-search";
import { WebLinksAddon } from "@xterm/addon-web-links";
import { Terminal } from "@xterm/xterm";
import { useCharacterWidths } from "../common/character-width.js";
import { OutputFilter } from "../common/output-filter.js";
import type { ScreenSize } from "../common/size-history.js";
import type { ConnectedScreen } from "./connected-screen.js";
import { PASTE_LIMIT, preparePaste } from "./paste.js";
import { ScreenPlace } from "./screen-place.js";
import { silenceQueries } from "./silence-queries.js";
import { readTheme } from "./theme.js";

/** Lines above the screen; a page that was open keeps more than the 1,000 that a snapshot of the host brings back. */
const SCROLLBACK_LINES = 5_000;
/** What begins sequences: ESC, and in UTF-8 their eight-bit forms. */
const SEQUENCE_STARTS = [0x1b, 0xc2];
/** Bytes with sequences in them that are parsed without a look at the clock: at worst a few hundred screens are erased by them. */
const PARSED_AT_ONCE = 1_024;

export interface ScreenOptions {
  fontSize?: number;
  fontFamily?: string;
  readOnly?: boolean;
  screenReader?: boolean;
  /** Wishes for no size: the terminal is somebody else's. */
  keepsSize?: boolean;
  /** Pixels that notices take from the place for as long as they are shown: the terminal keeps its size. */
  noticesHeight?: () => number;
  /** Words for assistive technology: `Terminal 1`. */
  label?: string;
  onInput?: (data: string) => void;
  /** The place on the page now holds so many columns and rows. */
  onFit?: (columns: number, rows: number) => void;
  /** Something the person must read: why a paste was refused. */
  onNotice?: (text: string) => void;
  onTitle?: (title: string) => void;
  /** Ctrl+Shift+F was pressed. */
  onSearch?: () => void;
  /** Escape, then Tab: the keyboard leaves the terminal, backwards with Shift. */
  onLeave?: (backwards: boolean) => void;
}

/** A terminal emulator on the page: keys, colours, links, search; it knows nothing of connections. */
export class TerminalScreen implements ConnectedScreen {
  readonly #terminal: Terminal;
  readonly #options: ScreenOptions;
  readonly #container: HTMLElement;
  readonly #place: ScreenPlace;
  #filter: OutputFilter;
  #search: SearchAddon | undefined;
  #restoring = 0;
  #escapePressed = false;
  #isReadOnly = false;

  constructor(container: HTMLElement, options: ScreenOptions = {}) {
    this.#container = container;
    this.#options = options;
    this.#terminal = createTerminal(container, options);
    this.#terminal.loadAddon(new WebLinksAddon(openLink));
    useCharacterWidths(this.#terminal);
    silenceQueries(this.#terminal.parser);
    this.#filter = new OutputFilter(this.#terminal.cols, this.#terminal.rows);
    this.#terminal.open(container);
    this.#terminal.textarea?.setAttribute("aria-label", options.label ?? "Terminal");
    this.#terminal.attachCustomKeyEventHandler((event) => this.#handleKey(event));
    this.#terminal.onData((data) => this.#emit(data));
    this.#terminal.onBinary((data) => this.#emit(data));
    this.#terminal.onTitleChange((title) => options.onTitle?.(title));
    this.#terminal.onSelectionChange(() => this.#copySelection());
    this.#isReadOnly = options.readOnly ?? false;
    container.addEventListener("paste", this.#handlePaste, { capture: true });
    this.#place = new ScreenPlace(container, this.#terminal, {
      keepsSize: options.keepsSize ?? false,
      noticesHeight: () => options.noticesHeight?.() ?? 0,
      onFit: (columns, rows) => options.onFit?.(columns, rows),
    });
  }

  /** The emulator itself, for tests and for features that are not worth a method here. */
  get terminal(): Terminal {
    return this.#terminal;
  }

  write(data: Uint8Array, parsed: () => void): void {
    this.#put(this.#filter.filter(data), parsed);
  }

  /**
   * Empties the screen once everything written before is parsed. Until `endRestoring` nothing the emulator says goes
   * out: it would answer what was answered before.
   */
  beginRestoring(size: { columns: number; rows: number }): void {
    this.#restoring += 1;
    this.#filter = new OutputFilter(size.columns, size.rows);
    this.#terminal.write("", () => {
      this.#terminal.reset();
      this.#terminal.resize(size.columns, size.rows);
    });
  }

  endRestoring(): void {
    this.#terminal.write("", () => (this.#restoring -= 1));
  }

  /** The size counts from what is written next. */
  setSize(columns: number, rows: number): void {
    this.#filter.resize(columns, rows);
    this.#terminal.write("", () => {
      if (columns !== this.#terminal.cols || rows !== this.#terminal.rows)
        this.#terminal.resize(columns, rows);
    });
  }

  wishedSize(): ScreenSize | undefined {
    return this.#place.wishedSize();
  }

  focus(): void {
    this.#terminal.focus();
  }

  /** Reads the colours of the page again, after its theme has changed. */
  applyTheme(): void {
    this.#terminal.options.theme = readTheme(this.#container);
  }

  setFontSize(pixels: number): void {
    this.#terminal.options.fontSize = pixels;
    this.#place.scheduleFit();
  }

  setReadOnly(readOnly: boolean): void {
    this.#isReadOnly = readOnly;
    this.#terminal.options.disableStdin = readOnly;
  }

  setScreenReader(on: boolean): void {
    this.#terminal.options.screenReaderMode = on;
  }

  /** Whether the text was found; an empty text ends the search. What searches is loaded by the first; rejects where that fails. */
  async find(text: string, direction: "next" | "previous" = "next"): Promise<boolean> {
    if (text === "") {
      this.#search?.clearDecorations();
      return false;
    }
    const search = await this.#loadSearch();
    return direction === "next" ? search.findNext(text) : search.findPrevious(text);
  }

  async #loadSearch(): Promise<SearchAddon> {
    const { SearchAddon } = await import("@xterm/addon-search");
    if (!this.#search) this.#terminal.loadAddon((this.#search = new SearchAddon()));
    return this.#search;
  }

  /** The last lines down to the cursor, those that were wrapped in one piece, without empty ones at either end. */
  lastLines(count: number): string {
    const { active } = this.#terminal.buffer;
    const lines: string[] = [];
    let rest = "";
    for (let at = active.baseY + active.cursorY; at >= 0 && lines.length < count; at -= 1) {
      const line = active.getLine(at);
      const text = (line?.translateToString(true) ?? "") + rest;
      rest = line?.isWrapped === true ? text : "";
      if (line?.isWrapped !== true) lines.unshift(text);
    }
    return lines.join("\n").trimEnd().replace(/^\n+/, "");
  }

  dispose(): void {
    this.#place.dispose();
    this.#container.removeEventListener("paste", this.#handlePaste, { capture: true });
    this.#terminal.dispose();
  }

  /** The emulator looks at the clock between writes, so that the page stays alive whatever comes. */
  #put(data: Uint8Array, parsed: () => void): void {
    const hasSequences = SEQUENCE_STARTS.some((start) => data.includes(start));
    const size = hasSequences ? PARSED_AT_ONCE : data.length;
    let at = 0;
    for (; at + size < data.length; at += size) this.#terminal.write(data.subarray(at, at + size));
    this.#terminal.write(data.subarray(at), parsed);
  }

  #emit(data: string): void {
    if (this.#restoring === 0 && !this.#isReadOnly) this.#options.onInput?.(data);
  }

  #handleKey(event: KeyboardEvent): boolean {
    if (event.type !== "keydown") return true;
    const isTab = event.key === "Tab";
    if (isTab && this.#escapePressed) {
      this.#escapePressed = false;
      this.#options.onLeave?.(event.shiftKey);
      // The browser itself moves on to the next element: the emulator must not take the key.
      return false;
    }
    if (event.key !== "Shift") this.#escapePressed = event.key === "Escape";
    if (event.ctrlKey && event.shiftKey && event.code === "KeyF") {
      event.preventDefault();
      this.#options.onSearch?.();
      return false;
    }
    // Ctrl+Shift+C and V are copy and paste in every terminal; the paste itself comes through the paste event.
    return !(event.ctrlKey && event.shiftKey && (event.code === "KeyC" || event.code === "KeyV"));
  }

  /** Types text so that nothing of it runs; where the program at the terminal would run several lines at once, it is refused. */
  pasteWithoutRunning(text: string): void {
    const { bracketedPasteMode } = this.#terminal.modes;
    const { text: clean, lines, isTooLarge } = preparePaste(text.trimEnd(), bracketedPasteMode);
    if (isTooLarge) return this.#refuseLargePaste();
    if (lines > 1 && !bracketedPasteMode) {
      return this.#options.onNotice?.(
        "Nothing was pasted: what runs in this terminal now would run each line at once. Paste at the shell's prompt.",
      );
    }
    this.#terminal.paste(clean);
  }

  readonly #handlePaste = (event: ClipboardEvent): void => {
    event.preventDefault();
    event.stopPropagation();
    const clipboard = event.clipboardData?.getData("text/plain") ?? "";
    const { bracketedPasteMode } = this.#terminal.modes;
    const { text, lines, needsConsent, isTooLarge } = preparePaste(clipboard, bracketedPasteMode);
    if (isTooLarge) return this.#refuseLargePaste();
    if (needsConsent && !window.confirm(`Paste ${lines} lines? Each is run or read as it arrives.`)) return;
    this.#terminal.paste(text);
  };

  #refuseLargePaste(): void {
    const limit = `${PASTE_LIMIT / 1024} KiB`;
    this.#options.onNotice?.(`Nothing was pasted: the text is larger than ${limit}. Paste less.`);
  }

  #copySelection(): void {
    const text = this.#terminal.getSelection();
    // Without permission the selection is still there for the keyboard shortcut.
    if (text) navigator.clipboard?.writeText(text).catch(() => undefined);
  }
}

function createTerminal(container: HTMLElement, options: ScreenOptions): Terminal {
  return new Terminal({
    fontSize: options.fontSize ?? 14,
    fontFamily: options.fontFamily ?? 'ui-monospace, "DejaVu Sans Mono", Menlo, Consolas, monospace',
    scrollback: SCROLLBACK_LINES,
    theme: readTheme(container),
    cursorBlink: false,
    disableStdin: options.readOnly ?? false,
    screenReaderMode: options.screenReader ?? false,
    minimumContrastRatio: 4.5,
    allowProposedApi: true,
    // Links inside the text (OSC 8) need a click, and show where they lead by a question.
    linkHandler: { activate: (event, uri) => confirmLink(event, uri) },
  });
}

function openLink(_event: MouseEvent, uri: string): void {
  window.open(uri, "_blank", "noopener,noreferrer");
}

/** A program may show one address and link to another, so the real one is asked about. */
function confirmLink(event: MouseEvent, uri: string): void {
  if (/^https?:\/\//.test(uri) && window.confirm(`Open this link?\n\n${uri}`)) openLink(event, uri);
}
