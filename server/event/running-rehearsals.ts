import { withDeadline } from "../../kubernetes/node/deadline.js";

/** A server that is told to end is killed after little more than a second, and has more than this to end. */
const CLOSING_MS = 500;

/** What goes on as long as somebody listens and the server serves. */
export class RunningRehearsals {
  readonly #closing = new AbortController();
  readonly #running = new Set<Promise<unknown>>();

  /** Hands the work a signal that fires with the given one, and when the server ends. Throws what the work throws. */
  async run<Result>(signal: AbortSignal, work: (signal: AbortSignal) => Promise<Result>): Promise<Result> {
    const stop = new AbortController();
    const ends = [signal, this.#closing.signal];
    const passOn = (): void => stop.abort(ends.find(({ aborted }) => aborted)?.reason);
    for (const end of ends) end.addEventListener("abort", passOn, { once: true });
    if (ends.some(({ aborted }) => aborted)) passOn();
    const running = work(stop.signal);
    this.#running.add(running);
    try {
      return await running;
    } finally {
      this.#running.delete(running);
      for (const end of ends) end.removeEventListener("abort", passOn);
    }
  }

  /** Stops all and waits until they have ended, but not long. */
  async close(): Promise<void> {
    this.#closing.abort(new Error("the server ends"));
    const ended = Promise.allSettled(this.#running);
    await withDeadline(CLOSING_MS, undefined, () => ended).catch(() => undefined);
  }
}
