import type { StepResult } from "../../workshop/common/api.js";
import { isSuccess } from "../../workshop/common/step-state.js";
import type {
  Activity,
  ActivityStore,
  SessionActivity,
  StepKey,
  StepRecord,
} from "../../workshop/node/activity-store.js";

/** How far a session has come, without the results themselves. */
export interface Progress {
  done: number;
  failed: number;
  /** Failures of one step without a success since; the step with most of them. */
  failuresOfOneStep: number;
  /** That step; absent where none has failed. */
  worst?: { page: string; step: string };
}

type StepSummary = Pick<StepRecord, "state" | "failures" | "done">;

interface SessionEntry {
  activity: Activity;
  steps: Map<string, StepSummary>;
}

/** Everything of a store but the results. */
export interface Loaded {
  steps: readonly StepRecord[];
  activity: readonly SessionActivity[];
}

export async function loadFrom(store: ActivityStore): Promise<Loaded> {
  const [steps, activity] = await Promise.all([store.steps(), store.activity()]);
  return { steps, activity };
}

/** What lists and every click ask for: where each session is, and how far. */
export class KnownActivity {
  readonly #sessions = new Map<string, SessionEntry>();

  activity(session: string): Activity {
    return this.#sessions.get(session)?.activity ?? {};
  }

  progress(session: string): Progress {
    return progressOf(this.#sessions.get(session)?.steps ?? []);
  }

  isDone({ session, page, step }: StepKey): boolean {
    return this.#sessions.get(session)?.steps.get(keyOf({ page, step }))?.done ?? false;
  }

  failures({ session, page, step }: StepKey): number {
    return this.#sessions.get(session)?.steps.get(keyOf({ page, step }))?.failures ?? 0;
  }

  /** Notes that something happened just now, on that page where one is given; returns when. */
  touch(session: string, page?: string): { lastActivityAt: string } {
    const entry = this.#entryOf(session);
    const lastActivityAt = new Date().toISOString();
    entry.activity = { ...entry.activity, ...(page === undefined ? {} : { page }), lastActivityAt };
    return { lastActivityAt };
  }

  /** The result as it counts with those before it. */
  note(session: string, result: StepResult): StepResult {
    const { steps } = this.#entryOf(session);
    steps.set(keyOf(result), after(steps.get(keyOf(result)), result));
    return this.counted(session, result);
  }

  /** A result that was noted, as it counts with those before it. */
  counted(session: string, result: StepResult): StepResult {
    const { page, step } = result;
    const isDone = this.isDone({ session, page, step });
    const failures = this.failures({ session, page, step });
    return { ...result, ...(isDone && { done: true }), ...(failures > 0 && { failures }) };
  }

  /** Takes what the store has of a step in place of what was known. */
  putStep({ session, page, step, ...summary }: StepRecord): void {
    this.#entryOf(session).steps.set(keyOf({ page, step }), summary);
  }

  putActivity({ session, ...activity }: SessionActivity): void {
    this.#entryOf(session).activity = activity;
  }

  forget(session: string): void {
    this.#sessions.delete(session);
  }

  replace({ steps, activity }: Loaded): void {
    this.#sessions.clear();
    for (const one of activity) this.putActivity(one);
    for (const one of steps) this.putStep(one);
  }

  #entryOf(session: string): SessionEntry {
    const found = this.#sessions.get(session) ?? { activity: {}, steps: new Map() };
    this.#sessions.set(session, found);
    return found;
  }
}

/** What the store comes to as well, see its `saveStep`. */
function after(before: StepSummary | undefined, result: StepResult): StepSummary {
  const { state } = result;
  const done = isSuccess(result);
  const failures = done ? 0 : (before?.failures ?? 0) + (state === "failed" ? 1 : 0);
  return { state, failures, done: done || (before?.done ?? false) };
}

function progressOf(steps: Iterable<[string, StepSummary]>): Progress {
  const progress: Progress = { done: 0, failed: 0, failuresOfOneStep: 0 };
  for (const [key, { state, failures, done }] of steps) {
    if (done) progress.done += 1;
    else if (state === "failed") progress.failed += 1;
    if (failures <= progress.failuresOfOneStep) continue;
    progress.failuresOfOneStep = failures;
    progress.worst = placeOf(key);
  }
  return progress;
}

/** Names of pages may have slashes, ids of steps have none. */
function placeOf(key: string): { page: string; step: string } {
  const end = key.lastIndexOf("/");
  return { page: key.slice(0, end), step: key.slice(end + 1) };
}

function keyOf({ page, step }: { page: string; step: string }): string {
  return `${page}/${step}`;
}
