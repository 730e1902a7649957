import { waitedForProcessor } from "./process-stat.js";

/** How soon a thread that is owed time is looked at again; the kernel counts its waiting only once it runs. */
const LOOK_MS = 100;

/**
 * The time by which a thread must have answered. Only time in which it could run counts: not what it waited for a processor on a
 * loaded machine. An answer that has come while this thread was busy itself is read before it is called late.
 */
export class ThreadDeadline {
  readonly #passed: () => void;
  #timer: NodeJS.Timeout | undefined;

  constructor(passed: () => void) {
    this.#passed = passed;
  }

  /** Begins anew. `task` is the thread's number in the kernel; where it is not known, all time counts. */
  start(ms: number, task?: number): void {
    const waited = (): number => (task === undefined ? 0 : waitedForProcessor(task));
    const start = performance.now() - waited();
    this.#lookAfter(ms, () => start + ms - (performance.now() - waited()));
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #lookAfter(ms: number, left: () => number): void {
    this.stop();
    const timer = setTimeout(() => setImmediate(() => this.#timer === timer && this.#look(left)), ms);
    this.#timer = timer;
  }

  #look(left: () => number): void {
    const leftMs = left();
    if (leftMs > 0) return this.#lookAfter(Math.max(LOOK_MS, leftMs), left);
    this.stop();
    this.#passed();
  }
}
