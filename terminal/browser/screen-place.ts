import { FitAddon } from "@xterm/addon-fit";
import type { Terminal } from "@xterm/xterm";
import type { ScreenSize } from "../common/size-history.js";

/** Resizes of the place on the page are gathered for so long; dragging a splitter makes dozens a second. */
const FIT_MS = 50;
/** Kept free below the cursor's line where it is scrolled into sight. */
const CURSOR_MARGIN_PIXELS = 12;
/** What browsers lose where heights are shares of others; they reckon in 64ths of a pixel. */
const ROUNDING_PIXELS = 0.1;

interface PlaceOptions {
  /** Wishes for no size: the terminal is somebody else's. */
  keepsSize: boolean;
  /** Pixels that notices take from the place for as long as they are shown. */
  noticesHeight: () => number;
  /** The place now holds so many columns and rows. */
  onFit: (columns: number, rows: number) => void;
}

/**
 * Where a terminal stands on the page, and the size that would fill it. Notices that come and go make the place lower and not the terminal,
 * whose program would draw itself anew each time: its lines around the cursor are scrolled into sight meanwhile.
 */
export class ScreenPlace {
  readonly #container: HTMLElement;
  readonly #terminal: Terminal;
  readonly #options: PlaceOptions;
  readonly #fit = new FitAddon();
  readonly #observer: ResizeObserver;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #isHidden: boolean;
  /** What was wished for last, and how much notices took then. */
  #wished: (ScreenSize & { notices: number }) | undefined;

  /** For an emulator that has been opened in the container. */
  constructor(container: HTMLElement, terminal: Terminal, options: PlaceOptions) {
    this.#container = container;
    this.#terminal = terminal;
    this.#options = options;
    terminal.loadAddon(this.#fit);
    terminal.onRender(() => this.#showCursor());
    this.#isHidden = container.offsetWidth === 0;
    this.#observer = new ResizeObserver(() => this.#change());
    this.#observer.observe(container);
  }

  /** `undefined` where it has none, or the terminal is somebody else's. */
  wishedSize(): ScreenSize | undefined {
    const size = this.#options.keepsSize ? undefined : this.#fit.proposeDimensions();
    if (!size || !Number.isFinite(size.cols) || !Number.isFinite(size.rows)) return undefined;
    const rows = this.#rowsWithoutNotices() ?? size.rows;
    return { columns: Math.min(500, Math.max(2, size.cols)), rows: Math.min(300, Math.max(1, rows)) };
  }

  /** Wishes for what fits, unless nothing but notices has changed. */
  scheduleFit(): void {
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      const size = this.wishedSize();
      if (!size || this.#container.offsetWidth === 0) return;
      const before = this.#wished;
      this.#wished = { ...size, notices: this.#options.noticesHeight() };
      const isSame = before?.columns === size.columns && before.rows === size.rows;
      if (!isSame || before.notices === this.#wished.notices) this.#options.onFit(size.columns, size.rows);
    }, FIT_MS);
  }

  dispose(): void {
    clearTimeout(this.#timer);
    this.#observer.disconnect();
  }

  #rowsWithoutNotices(): number | undefined {
    const notices = this.#options.noticesHeight();
    const screen = this.#container.querySelector(".xterm-screen");
    const { element, rows } = this.#terminal;
    const lineHeight = (screen?.getBoundingClientRect().height ?? 0) / rows;
    if (notices === 0 || !element || lineHeight === 0) return undefined;
    const { paddingTop, paddingBottom } = getComputedStyle(element);
    const height = Math.floor(this.#container.getBoundingClientRect().height + notices + ROUNDING_PIXELS);
    return Math.floor((height - Number.parseInt(paddingTop) - Number.parseInt(paddingBottom)) / lineHeight);
  }

  #change(): void {
    const isHidden = this.#container.offsetWidth === 0;
    if (this.#isHidden && !isHidden) this.#measureFont();
    this.#isHidden = isHidden;
    this.#showCursor();
    this.scheduleFit();
  }

  /** What the emulator measured while it was hidden is nothing; it measures when its font changes. */
  #measureFont(): void {
    const { fontFamily } = this.#terminal.options;
    this.#terminal.options.fontFamily = "monospace";
    if (fontFamily !== undefined) this.#terminal.options.fontFamily = fontFamily;
  }

  /** A terminal that is higher than this place shows the lines around its cursor. */
  #showCursor(): void {
    const screen = this.#container.querySelector<HTMLElement>(".xterm-screen");
    if (!screen || screen.offsetHeight <= this.#container.clientHeight) return;
    const cursor = this.#terminal.buffer.active.cursorY + 1;
    const below = (screen.offsetHeight / this.#terminal.rows) * cursor - this.#container.clientHeight;
    this.#container.scrollTop = Math.max(0, Math.ceil(below) + CURSOR_MARGIN_PIXELS);
  }
}
