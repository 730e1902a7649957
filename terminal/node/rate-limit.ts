/**
 * A bucket that holds `burst` and refills by `perSecond`; `take` says whether there was enough. `rate-limiter-flexible` answers with
 * a promise and counts in windows: what arrives at a terminal is judged at once, in its order, by bytes.
 */
export class RateLimit {
  readonly #burst: number;
  readonly #perSecond: number;
  readonly #now: () => number;
  #left: number;
  #at: number;

  constructor(limit: { burst: number; perSecond: number }, now: () => number = Date.now) {
    this.#burst = limit.burst;
    this.#perSecond = limit.perSecond;
    this.#now = now;
    this.#left = limit.burst;
    this.#at = now();
  }

  take(amount: number): boolean {
    const now = this.#now();
    this.#left = Math.min(this.#burst, this.#left + ((now - this.#at) / 1_000) * this.#perSecond);
    this.#at = now;
    if (this.#left < amount) return false;
    this.#left -= amount;
    return true;
  }
}
