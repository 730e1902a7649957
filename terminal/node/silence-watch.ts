/** Looks in a row that nothing came before, of which the first asks for a sign. */
const SILENT_LOOKS = 3;

export interface SilenceHandlers {
  /** Nothing has come since the last look: something is to be said that has an answer. */
  ask: () => void;
  /** Nothing has come since it was asked for, for two looks. Called once. */
  dead: () => void;
  /** Milliseconds between looks. */
  lookMs: number;
}

/**
 * Notices that nothing comes any more although nobody has closed the connection: a network that loses its node says nothing, and the kernel
 * sends what it has for a quarter of an hour. A look that comes late was held up with everything else here, and proves nothing.
 */
export class SilenceWatch {
  readonly #handlers: SilenceHandlers;
  readonly #timer: NodeJS.Timeout;
  #lookedAt = performance.now();
  #silentLooks = 0;

  constructor(handlers: SilenceHandlers) {
    this.#handlers = handlers;
    this.#timer = setInterval(() => this.#look(), handlers.lookMs).unref();
  }

  /** Something came. */
  heard(): void {
    this.#silentLooks = 0;
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  #look(): void {
    const now = performance.now();
    const isLate = now - this.#lookedAt > 2 * this.#handlers.lookMs;
    this.#lookedAt = now;
    this.#silentLooks = isLate ? 1 : this.#silentLooks + 1;
    if (this.#silentLooks === 1) return this.#handlers.ask();
    if (this.#silentLooks < SILENT_LOOKS) return;
    this.stop();
    this.#handlers.dead();
  }
}
