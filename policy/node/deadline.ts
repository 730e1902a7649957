import { setTimeout as sleep } from "node:timers/promises";

/** An API server hears of what it has just written itself within a millisecond or two. */
const FIRST_PAUSE_MS = 1;
const LONGEST_PAUSE_MS = 200;

export interface Waiting {
  deadlineMs: number;
  signal?: AbortSignal;
}

/**
 * Asks until the answer is not `undefined`, ever less often. Resolves to `undefined` at the deadline; rejects with the signal's reason.
 */
export async function pollUntil<T>(
  ask: () => Promise<T | undefined>,
  waiting: Waiting,
): Promise<T | undefined> {
  const end = performance.now() + waiting.deadlineMs;
  for (let pause = FIRST_PAUSE_MS; ; pause = Math.min(pause * 2, LONGEST_PAUSE_MS)) {
    waiting.signal?.throwIfAborted();
    const answer = await ask();
    if (answer !== undefined) return answer;
    if (performance.now() + pause > end) return undefined;
    await sleep(pause, undefined, waiting.signal ? { signal: waiting.signal } : {});
  }
}
