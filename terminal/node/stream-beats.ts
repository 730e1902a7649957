/** Looks in a row that nothing came before, after which a side that has beaten is gone. */
const SILENT_LOOKS = 3;

export interface BeatHandlers {
  /** Says something that has no meaning but that this side is there. */
  beat: () => void;
  /** Whether what comes is read at all; what nobody reads is no silence. */
  isReading: () => boolean;
  /** The other side has been silent for three looks. Called once. */
  dead: () => void;
  /** Milliseconds between beats, and between looks. */
  everyMs: number;
}

/**
 * Tells the other side of a connection that this one is there, and notices that the other says so no more: of a connection that carries something the
 * kernel tells that only after a quarter of an hour. One that never did is not judged: it is of a version that does not. A look that comes late was
 * held up with everything else here, and proves nothing.
 */
export class StreamBeats {
  readonly #handlers: BeatHandlers;
  readonly #timer: NodeJS.Timeout;
  #lookedAt = performance.now();
  #silentLooks = 0;
  #beats = false;

  constructor(handlers: BeatHandlers) {
    this.#handlers = handlers;
    this.#timer = setInterval(() => this.#look(), handlers.everyMs).unref();
    handlers.beat();
  }

  /** Something came; `isBeat` where it was a beat. */
  heard(isBeat: boolean): void {
    this.#silentLooks = 0;
    this.#beats ||= isBeat;
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  #look(): void {
    const { beat, isReading, dead, everyMs } = this.#handlers;
    const now = performance.now();
    const isLate = now - this.#lookedAt > 2 * everyMs;
    this.#lookedAt = now;
    if (isLate || !isReading()) this.#silentLooks = 0;
    else this.#silentLooks += 1;
    if (!this.#beats || this.#silentLooks <= SILENT_LOOKS) return beat();
    this.stop();
    dead();
  }
}
