/** How often silence is looked at. */
const LOOK_MS = 500;
/** Silence after which the other side is asked for a sign. */
const ASK_MS = 1_500;
/** Time it has for that; together with the rest a dead network is noticed within 4.5 s. */
const ANSWER_MS = 2_000;
/** Looks that come later than this were held up with everything else on the page, and prove nothing. */
const LATE_MS = 2_000;

/** Notices that nothing comes any more although nobody closed the connection. */
export class Heartbeat {
  readonly #on: { ask(): void; dead(): void; look(isLate: boolean): void };
  #timer: ReturnType<typeof setInterval> | undefined;
  #heardAt = 0;
  #askedAt: number | undefined;
  #lookedAt = 0;

  /** `look` is called at every look, with whether an answer is overdue by a second. */
  constructor(on: { ask(): void; dead(): void; look(isLate: boolean): void }) {
    this.#on = on;
  }

  start(): void {
    this.stop();
    this.heard();
    this.#lookedAt = Date.now();
    this.#timer = setInterval(() => this.#look(), LOOK_MS);
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  /** Something came. */
  heard(): void {
    this.#heardAt = Date.now();
    this.#askedAt = undefined;
  }

  #look(): void {
    const now = Date.now();
    if (now - this.#lookedAt > LATE_MS) this.#askedAt = undefined;
    this.#lookedAt = now;
    if (this.#askedAt !== undefined && now - this.#askedAt >= ANSWER_MS) {
      this.stop();
      return this.#on.dead();
    }
    if (this.#askedAt === undefined && now - this.#heardAt >= ASK_MS) {
      this.#askedAt = now;
      this.#on.ask();
    }
    this.#on.look(this.#askedAt !== undefined && now - this.#askedAt >= 2 * LOOK_MS);
  }
}
