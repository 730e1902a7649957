import { RateLimit } from "./rate-limit.js";
import type { Viewer } from "./viewer.js";

/** New sizes that a program is told of; dragging a window makes dozens a second, of which the last counts. */
const RESIZES = { burst: 5, perSecond: 10 };
const RESIZE_MS = 100;

interface Size {
  columns: number;
  rows: number;
}

/** What takes the size that is wished for. */
export interface Sized extends Size {
  readonly isRunning: boolean;
  take(size: Size): void;
}

/** The size of one terminal, as the reader wishes it that was active last. */
export class WishedSize {
  readonly #terminal: Sized;
  readonly #resizes = new RateLimit(RESIZES);
  #timer: NodeJS.Timeout | undefined;
  #wisher: Viewer | undefined;

  constructor(terminal: Sized) {
    this.#terminal = terminal;
  }

  wish(from: Viewer): void {
    this.#wisher = from;
    this.#resize();
  }

  stop(): void {
    clearTimeout(this.#timer);
  }

  #resize(): void {
    const terminal = this.#terminal;
    const size = this.#wisher?.size;
    if (!size || !terminal.isRunning) return;
    if (size.columns === terminal.columns && size.rows === terminal.rows) return;
    if (this.#resizes.take(1)) return terminal.take(size);
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      this.#resize();
    }, RESIZE_MS);
  }
}
