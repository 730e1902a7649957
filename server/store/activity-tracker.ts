import type { StepResult } from "../../workshop/common/api.js";
import { isSuccess } from "../../workshop/common/step-state.js";
import type { Activity, ActivityStore, SavedStep, StepRecord } from "../../workshop/node/activity-store.js";
import { createResultCache } from "./result-cache.js";
import { createUnwritten } from "./unwritten.js";

/** How far a session has come, without the results themselves. */
export interface Progress {
  done: number;
  failed: number;
  /** Failures of one step without a success since; the step with most of them. */
  failuresOfOneStep: number;
}

/**
 * What learners did, as the running server knows it: the little that lists and every click ask for is in memory, results are read
 * once, and everything is written through to the store.
 */
export interface ActivityTracker {
  activity(session: string): Activity;
  progress(session: string): Progress;
  /** Whether the step has been done once. */
  isDone(session: string, page: string, step: string): boolean;
  results(session: string): Promise<StepResult[]>;
  /**
   * Writes down a step that is to begin; resolves to its result, marked where it was done before. Throws SERVER_DISK_FULL, and then
   * it is as if it had not been called.
   */
  begin(step: SavedStep): Promise<StepResult>;
  /**
   * Writes down what became of a step. Where the disk is full it is kept in memory, seen by all, and written as soon as there is room;
   * where its session was forgotten meanwhile it is not kept.
   */
  settle(step: SavedStep): Promise<StepResult>;
  /** Remembers the page; resolves when it is on the disk, or in memory where that is full. */
  visit(session: string, page: string): Promise<void>;
  /** Remembers that the learner did something just now. */
  touch(session: string): void;
  /** Results that were running or queued when they were last saved. */
  unsettled(): Promise<SavedStep[]>;
  forget(session: string): Promise<void>;
  close(): Promise<void>;
}

type StepSummary = Pick<StepRecord, "state" | "failures" | "done">;

/** Sessions that have ended are remembered for as long as a step of theirs may still end; a name is some 25 characters. */
const FORGOTTEN = 1_000;

interface Known {
  activity: Activity;
  steps: Map<string, StepSummary>;
}

/** Takes up what the store holds; `onUnwritten` is told where something is in memory only for now. */
export async function trackActivity(
  store: ActivityStore,
  onUnwritten: (session: string, error: unknown) => void = () => undefined,
): Promise<ActivityTracker> {
  const known = await load(store);
  const forgotten = new Set<string>();
  const unwritten = createUnwritten(store, onUnwritten);
  const cache = createResultCache(async (session) => unwritten.over(session, await store.results(session)));
  const touch = (session: string) => {
    const entry = entryOf(known, session);
    entry.activity = { ...entry.activity, lastActivityAt: new Date().toISOString() };
    unwritten.keepActivity({ session, ...entry.activity });
  };
  const note = ({ session, result }: SavedStep) => {
    const noted = noteStep(entryOf(known, session), result);
    cache.put(session, noted);
    touch(session);
    return noted;
  };
  return {
    activity: (session) => known.get(session)?.activity ?? {},
    progress: (session) => progressOf(known.get(session)?.steps.values() ?? []),
    isDone: (session, page, step) => known.get(session)?.steps.get(keyOf({ page, step }))?.done ?? false,
    results: (session) => cache.results(session),
    begin: async (step) => {
      await store.saveStep(step);
      // A session of the same name may be made again.
      forgotten.delete(step.session);
      unwritten.dropStep(step);
      return note(step);
    },
    settle: async (step) => {
      if (forgotten.has(step.session)) return step.result;
      const noted = note(step);
      await unwritten.saveStep(step);
      return noted;
    },
    visit: (session, page) => {
      const activity = { page, lastActivityAt: new Date().toISOString() };
      entryOf(known, session).activity = activity;
      return unwritten.saveActivity({ session, ...activity });
    },
    touch,
    unsettled: () => store.unsettled(),
    forget: (session) => {
      known.delete(session);
      forgotten.add(session);
      for (const oldest of forgotten) if (forgotten.size > FORGOTTEN) forgotten.delete(oldest);
      cache.drop(session);
      unwritten.drop(session);
      return store.forget(session);
    },
    close: async () => {
      await unwritten.close();
      await store.close();
    },
  };
}

async function load(store: ActivityStore): Promise<Map<string, Known>> {
  const [steps, activity] = await Promise.all([store.steps(), store.activity()]);
  const known = new Map<string, Known>();
  for (const { session, ...rest } of activity) entryOf(known, session).activity = rest;
  for (const { session, page, step, ...record } of steps)
    entryOf(known, session).steps.set(keyOf({ page, step }), record);
  return known;
}

function entryOf(known: Map<string, Known>, session: string): Known {
  const found = known.get(session) ?? { activity: {}, steps: new Map() };
  known.set(session, found);
  return found;
}

/** The result as it counts with those before it. */
function noteStep({ steps }: Known, result: StepResult): StepResult {
  const record = after(steps.get(keyOf(result)), result);
  steps.set(keyOf(result), record);
  return record.done ? { ...result, done: true } : result;
}

/** What the store comes to as well, see its `saveStep`. */
function after(before: StepSummary | undefined, result: StepResult): StepSummary {
  const { state } = result;
  const done = isSuccess(result);
  const failures = done ? 0 : (before?.failures ?? 0) + (state === "failed" ? 1 : 0);
  return { state, failures, done: done || (before?.done ?? false) };
}

function progressOf(steps: Iterable<StepSummary>): Progress {
  const progress = { done: 0, failed: 0, failuresOfOneStep: 0 };
  for (const { state, failures, done } of steps) {
    if (done) progress.done += 1;
    else if (state === "failed") progress.failed += 1;
    progress.failuresOfOneStep = Math.max(progress.failuresOfOneStep, failures);
  }
  return progress;
}

function keyOf({ page, step }: { page: string; step: string }): string {
  return `${page}/${step}`;
}
