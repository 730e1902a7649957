/** Others (the learner's `tmc`, an instructor) change the same organization meanwhile. */
const REFRESH_MS = 10_000;
/** What takes the server longer is asked for less often: no page keeps it busy for more than a twentieth of the time. */
const PAUSE_PER_MS = 20;

/** An answer with how long it took. */
export interface Timed<Answer> {
  answer: Answer;
  tookMs: number;
}

/** Times an answer, so that `pauseAfter` knows when to ask again. */
export async function timed<Answer>(ask: () => Promise<Answer>): Promise<Timed<Answer>> {
  const start = performance.now();
  const answer = await ask();
  return { answer, tookMs: performance.now() - start };
}

/** How long to wait before the same is asked again. */
export function pauseAfter(last: Timed<unknown> | undefined): number {
  return Math.max(REFRESH_MS, PAUSE_PER_MS * (last?.tookMs ?? 0));
}
