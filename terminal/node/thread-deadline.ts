import { waitedForProcessor } from "./process-stat.js";

/** Waiting for a processor that is not worth another look. */
const LITTLE_MS = 50;

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
    this.stop();
    const waitedBefore = waited(task);
    const timer = setTimeout(() => setImmediate(() => this.#look(timer, task, waitedBefore)), ms);
    this.#timer = timer;
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #look(timer: NodeJS.Timeout, task: number | undefined, waitedBefore: number): void {
    if (timer !== this.#timer) return;
    const owedMs = waited(task) - waitedBefore;
    if (owedMs > LITTLE_MS) return this.start(owedMs, task);
    this.stop();
    this.#passed();
  }
}

function waited(task: number | undefined): number {
  return task === undefined ? 0 : waitedForProcessor(task);
}
