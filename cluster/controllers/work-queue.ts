import type { Clock } from "./clock.js";

/** First and longest delay of the exponential back-off of a failing key, as every Kubernetes controller has them. */
const RETRY_BASE_MS = 5;
const RETRY_MAX_MS = 1_000_000;
const CONCURRENT_KEYS = 4;

export interface WorkQueueOptions {
  clock: Clock;
  /** Works on one key; a rejection retries it later. */
  work: (key: string) => Promise<void>;
  /** Told of each failed attempt. */
  onFailure: (key: string, error: unknown, delayMs: number) => void;
  /** Longest delay before a failing key is tried again, where it is not that of every controller. */
  retryMaxMs?: number;
  /** Keys worked on at the same time; 4 where absent. */
  concurrentKeys?: number;
}

/** Keys to work on: each is worked on by one worker at a time, and however often it is added while waiting, once. */
export class WorkQueue {
  readonly #options: WorkQueueOptions;
  readonly #waiting = new Set<string>();
  readonly #working = new Map<string, Promise<void>>();
  readonly #again = new Set<string>();
  readonly #failures = new Map<string, number>();
  readonly #timers = new Map<string, { due: number; cancel: () => void }>();
  #isScheduled = false;
  #isStopped = false;

  constructor(options: WorkQueueOptions) {
    this.#options = options;
  }

  add(key: string): void {
    if (this.#isStopped) return;
    if (this.#working.has(key)) {
      this.#again.add(key);
      return;
    }
    this.#waiting.add(key);
    this.#schedule();
  }

  /** Adds the key after a delay; of several delays the one that ends first counts. */
  addAfter(key: string, delayMs: number): void {
    if (this.#isStopped) return;
    const due = this.#options.clock.now().getTime() + delayMs;
    const pending = this.#timers.get(key);
    if (pending !== undefined && pending.due <= due) return;
    pending?.cancel();
    const cancel = this.#options.clock.after(delayMs, () => {
      this.#timers.delete(key);
      this.add(key);
    });
    this.#timers.set(key, { due, cancel });
  }

  /** Adds the key as one that has never failed: its back-off starts over. */
  addAfresh(key: string): void {
    this.#failures.delete(key);
    this.#timers.get(key)?.cancel();
    this.#timers.delete(key);
    this.add(key);
  }

  /** Drops what waits and resolves when what is being worked on has ended. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    for (const { cancel } of this.#timers.values()) cancel();
    this.#timers.clear();
    this.#waiting.clear();
    this.#again.clear();
    await Promise.all(this.#working.values());
  }

  /** Work starts in a turn of its own, so that a burst of changes is seen as one. */
  #schedule(): void {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    setImmediate(() => {
      this.#isScheduled = false;
      for (const key of this.#waiting) {
        if (this.#working.size >= (this.#options.concurrentKeys ?? CONCURRENT_KEYS)) return;
        this.#waiting.delete(key);
        // In a microtask of its own: what the work adds at once must find the key among those being worked on.
        this.#working.set(
          key,
          Promise.resolve().then(() => this.#attempt(key)),
        );
      }
    });
  }

  async #attempt(key: string): Promise<void> {
    try {
      await this.#options.work(key);
      this.#failures.delete(key);
    } catch (error) {
      const failures = this.#failures.get(key) ?? 0;
      const delayMs = Math.min(RETRY_BASE_MS * 2 ** failures, this.#options.retryMaxMs ?? RETRY_MAX_MS);
      this.#failures.set(key, failures + 1);
      this.#options.onFailure(key, error, delayMs);
      this.addAfter(key, delayMs);
    } finally {
      this.#working.delete(key);
      if (this.#again.delete(key)) this.add(key);
      if (this.#waiting.size > 0) this.#schedule();
    }
  }
}
