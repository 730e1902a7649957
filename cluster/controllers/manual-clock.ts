import type { Clock } from "./clock.js";

/** A clock that stands still until it is moved; for tests. */
export class ManualClock implements Clock {
  #nowMs: number;
  readonly #timers = new Set<{ dueMs: number; callback: () => void }>();

  constructor(start = "2026-01-01T00:00:00Z") {
    this.#nowMs = Date.parse(start);
  }

  now(): Date {
    return new Date(this.#nowMs);
  }

  after(delayMs: number, callback: () => void): () => void {
    const timer = { dueMs: this.#nowMs + delayMs, callback };
    this.#timers.add(timer);
    return () => this.#timers.delete(timer);
  }

  /** Moves on and calls what became due, earliest first. */
  advance(ms: number): void {
    this.#nowMs += ms;
    const due = [...this.#timers].filter((timer) => timer.dueMs <= this.#nowMs);
    for (const timer of due.toSorted((a, b) => a.dueMs - b.dueMs)) {
      if (this.#timers.delete(timer)) timer.callback();
    }
  }

  /** Delay until the next timer, in milliseconds; `undefined` without one. */
  get nextMs(): number | undefined {
    const delays = [...this.#timers].map((timer) => timer.dueMs - this.#nowMs);
    return delays.length === 0 ? undefined : Math.min(...delays);
  }
}
