import { runnableCount, waitedForProcessor } from "./process-stat.js";

/** How soon a thread that is owed time is looked at again; the kernel counts its waiting only once it runs. */
const LOOK_MS = 100;

/**
 * The time by which a thread must have answered. Only time in which it could run counts: not what it waited for a processor on a
 * loaded machine. An answer that has come while this thread was busy itself is read before it is called late.
 */
export class ThreadDeadline {
  readonly #passed: () => void;
  #round = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(passed: () => void) {
    this.#passed = passed;
  }

  /**
   * Begins anew. `task` is the thread's number in the kernel; where it is not known, all time counts. 0 ms pass at once, before any
   * answer is read.
   */
  start(ms: number, task?: number): void {
    this.stop();
    const round = this.#round;
    const waitedMs = (): number => (task === undefined ? 0 : waitedForProcessor(task));
    const start = performance.now() - waitedMs();
    let seen: string | undefined;
    /** Whether it waits for a processor since before the last look, which the kernel has not counted yet; learnt by looking twice. */
    const isStarved = (): boolean => {
      const before = seen;
      seen = task === undefined ? undefined : runnableCount(task);
      return seen !== undefined && (before === undefined || before === seen);
    };
    const look = (): void => {
      if (round !== this.#round) return;
      const leftMs = start + ms - (performance.now() - waitedMs());
      if (ms > 0 && (leftMs > 0 || isStarved())) return lookAfter(Math.max(LOOK_MS, leftMs));
      this.stop();
      this.#passed();
    };
    const lookAfter = (delayMs: number): void => {
      this.#timer = setTimeout(() => setImmediate(look), delayMs);
    };
    if (ms === 0) queueMicrotask(look);
    else lookAfter(ms);
  }

  stop(): void {
    this.#round += 1;
    clearTimeout(this.#timer);
  }
}
