import { type LogWish, followLog } from "./kubernetes-api.js";
import { type LogText, NO_LOG, withMore } from "./log-text.js";

/** A log that floods is drawn this often, and no oftener. */
const DRAW_MS = 100;

/** What is shown of a log; a new one for every change. */
export interface LogState extends LogText {
  /** The connection is lost, and opened anew by itself. */
  isLost?: boolean;
  /** It ended; `problem` says why where the container did not end by itself. */
  end?: { problem: string | undefined };
}

/** One log, followed from `start` on. */
export class LiveLog {
  readonly #wish: LogWish;
  readonly #listeners = new Set<() => void>();
  #kept = NO_LOG;
  #state: LogState = NO_LOG;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #podStatus: string | undefined;
  #close: (() => void) | undefined;

  constructor(wish: LogWish) {
    this.#wish = wish;
  }

  readonly snapshot = (): LogState => this.#state;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  };

  /** Begins to follow it; what it returns ends that. */
  start(): () => void {
    this.#follow();
    return () => {
      clearTimeout(this.#timer);
      this.#timer = undefined;
      this.#close?.();
      this.#close = undefined;
    };
  }

  /** Reads it anew where it has ended, or could not be read: the container may be another one by now. */
  readAgain(): void {
    if (this.#state.end !== undefined && this.#close !== undefined) this.#follow();
  }

  /** Tells in which state its pod is: in another one than before, what has ended is read anew. */
  podIs(status: string): void {
    if (this.#podStatus !== undefined && this.#podStatus !== status) this.readAgain();
    this.#podStatus = status;
  }

  #follow(): void {
    this.#close?.();
    this.#close = followLog(this.#wish, {
      onBegin: () => {
        this.#kept = NO_LOG;
        this.#drawSoon();
      },
      onText: (text) => {
        this.#kept = withMore(this.#kept, text);
        this.#drawSoon();
      },
      onLost: () => {
        clearTimeout(this.#timer);
        this.#timer = undefined;
        this.#set({ ...this.#kept, isLost: true });
      },
      onEnd: (problem) => {
        clearTimeout(this.#timer);
        this.#timer = undefined;
        this.#set({ ...this.#kept, end: { problem } });
      },
    });
  }

  #drawSoon(): void {
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      this.#set(this.#kept);
    }, DRAW_MS);
  }

  #set(state: LogState): void {
    this.#state = state;
    for (const listener of this.#listeners) listener();
  }
}
