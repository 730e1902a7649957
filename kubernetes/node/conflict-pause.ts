import { setTimeout as wait } from "node:timers/promises";

/** As client-go begins; doubled with each attempt. */
const FIRST_MS = 10;
const LONGEST_MS = 1_000;

/**
 * Waits before an object is read and written once more that somebody else has changed meanwhile: longer each time, and never as long as others who
 * met the same conflict, for whom at once would be the same moment again. `attempt` counts from 0. Rejects with the signal's reason.
 */
export async function pauseAfterConflict(attempt: number, signal?: AbortSignal): Promise<void> {
  await wait(conflictPauseMs(attempt, Math.random()), undefined, signal && { signal });
}

/** Between a half and the whole of the longest pause of the attempt; `part` is from 0 to 1. */
export function conflictPauseMs(attempt: number, part: number): number {
  return Math.min(LONGEST_MS, FIRST_MS * 2 ** attempt) * (0.5 + part / 2);
}
