import type { StepResult } from "../../workshop/common/api.js";
import type { PageNotes } from "../../workshop/common/notes.js";
import type { Activity, ActivityStore, SavedStep, StepKey } from "../../workshop/node/activity-store.js";
import { serverErrorCodes } from "../errors.js";
import type { ServerError } from "../errors.js";
import { ForeignChanges } from "./foreign-changes.js";
import type { ForeignChange } from "./foreign-changes.js";
import { KnownActivity, loadFrom } from "./known-activity.js";
import type { Progress } from "./known-activity.js";
import { createResultCache } from "./result-cache.js";
import type { ResultCache } from "./result-cache.js";
import { StepUnderWay } from "./step-under-way.js";
import { Unwritten } from "./unwritten.js";

/**
 * What learners did, as the running server knows it: the little that lists and every click ask for is in memory, results are read
 * once, and everything is written through to the store.
 */
export interface ActivityTracker {
  activity(session: string): Activity;
  progress(session: string): Progress;
  /** Whether the step has been done once. */
  isDone(session: string, page: string, step: string): boolean;
  /** Failures of the step without a success since, those of other servers included. */
  failures(step: StepKey): Promise<number>;
  results(session: string): Promise<StepResult[]>;
  /**
   * Writes down a step that is to begin; resolves to its result, marked where it was done before. Throws what the store throws, and then
   * it is as if it had not been called; StepUnderWay where another run of it is.
   */
  begin(step: SavedStep): Promise<StepResult>;
  /**
   * Writes down what became of a step. Where the store does not take it just now it is kept in memory, seen by all, and written as soon
   * as that is possible. Resolves to nothing where it does not count: see `ActivityStore.saveStep`.
   */
  settle(step: SavedStep): Promise<StepResult | undefined>;
  /** Remembers the page; resolves when it is written, or in memory where that is not possible just now. */
  visit(session: string, page: string): Promise<void>;
  /** Remembers that the learner did something just now. */
  touch(session: string): void;
  /** The run of the step that is under way, whichever server looks after it. */
  underWay(step: StepKey): Promise<SavedStep | undefined>;
  /** See `ActivityStore.takeOver`; what waits to be written here is known. */
  takeOver(isKnown: (run: SavedStep) => boolean): Promise<SavedStep[]>;
  /** What its learner has noted, by page. */
  notes(session: string): Promise<PageNotes[]>;
  /** See `ActivityStore.saveNotes`. */
  saveNotes(session: string, notes: PageNotes): Promise<boolean>;
  forget(session: string): Promise<void>;
  onForeignChange(listener: (change: ForeignChange) => void): () => void;
  close(): Promise<void>;
}

/** Sessions that have ended are remembered for as long as a step of theirs may still end; a name is some 25 characters. */
const FORGOTTEN = 1_000;

const NOT_BEGUN: Partial<StepResult> = {
  state: "unknown",
  message: "The database did not answer when this was to begin, so it was not run. Run it again.",
};

/** Takes up what the store holds; `onUnwritten` is told where something is in memory only for now. */
export async function trackActivity(
  store: ActivityStore,
  onUnwritten: (session: string, error: unknown) => void = () => undefined,
): Promise<ActivityTracker> {
  const known = new KnownActivity();
  known.replace(await loadFrom(store));
  return new WritingTracker(store, known, onUnwritten);
}

class WritingTracker implements ActivityTracker {
  readonly #store: ActivityStore;
  readonly #known: KnownActivity;
  readonly #forgotten = new Set<string>();
  readonly #unwritten: Unwritten;
  readonly #cache: ResultCache;
  readonly #foreign: ForeignChanges;

  constructor(
    store: ActivityStore,
    known: KnownActivity,
    onUnwritten: (session: string, error: unknown) => void,
  ) {
    this.#store = store;
    this.#known = known;
    const onReplaced = (step: SavedStep): void =>
      void this.#foreign.reread(keyOf(step)).catch((error: unknown) => onUnwritten(step.session, error));
    this.#unwritten = new Unwritten(store, { onUnwritten, onReplaced });
    this.#cache = createResultCache(async (session) => this.#over(session, await store.results(session)));
    this.#foreign = new ForeignChanges({
      store,
      known,
      cache: this.#cache,
      unwritten: this.#unwritten,
      drop: (session) => this.#drop(session),
      revive: (session) => void this.#forgotten.delete(session),
      onUnread: onUnwritten,
    });
  }

  activity(session: string): Activity {
    return this.#known.activity(session);
  }

  progress(session: string): Progress {
    return this.#known.progress(session);
  }

  isDone(session: string, page: string, step: string): boolean {
    return this.#known.isDone({ session, page, step });
  }

  async failures(step: StepKey): Promise<number> {
    const stored = await this.#store.step(step);
    // What waits to be written is known here alone.
    return Math.max(stored?.record.failures ?? 0, this.#known.failures(step));
  }

  results(session: string): Promise<StepResult[]> {
    return this.#cache.results(session);
  }

  async begin(step: SavedStep): Promise<StepResult> {
    // To the store the run before is still under way where its end was not written.
    await this.#unwritten.writeNow(step);
    const other = await this.#store.beginStep(step).catch((error: unknown): never => {
      // Whether it was written is not known; what is told here is that it was not begun.
      if ((error as ServerError).code === serverErrorCodes.databaseUnavailable)
        this.#unwritten.abandon({ ...step, result: { ...step.result, ...NOT_BEGUN } });
      throw error;
    });
    if (other) {
      await this.#foreign.reread(keyOf(step));
      throw new StepUnderWay(other);
    }
    // A session of the same name may be made again.
    this.#forgotten.delete(step.session);
    this.#unwritten.dropStep(step);
    return this.#note(step);
  }

  async settle(step: SavedStep): Promise<StepResult | undefined> {
    if (this.#forgotten.has(step.session)) return undefined;
    const noted = this.#note(step);
    return (await this.#unwritten.saveStep(step)) ? noted : undefined;
  }

  visit(session: string, page: string): Promise<void> {
    return this.#unwritten.saveActivity({ session, page, ...this.#known.touch(session, page) });
  }

  touch(session: string): void {
    this.#unwritten.keepActivity({ session, ...this.#known.touch(session) });
  }

  async underWay(step: StepKey): Promise<SavedStep | undefined> {
    const found = await this.#store.step(step);
    return found && isUnderWay(found.result) ? found : undefined;
  }

  async takeOver(isKnown: (run: SavedStep) => boolean): Promise<SavedStep[]> {
    const runs = await this.#store.takeOver((run) => this.#unwritten.has(run) || isKnown(run));
    for (const { session } of runs) this.#forgotten.delete(session);
    return runs;
  }

  notes(session: string): Promise<PageNotes[]> {
    return this.#store.notes(session);
  }

  async saveNotes(session: string, notes: PageNotes): Promise<boolean> {
    if (this.#forgotten.has(session)) return false;
    this.touch(session);
    return this.#store.saveNotes(session, notes);
  }

  forget(session: string): Promise<void> {
    this.#drop(session);
    return this.#store.forget(session);
  }

  onForeignChange(listener: (change: ForeignChange) => void): () => void {
    return this.#foreign.onChange(listener);
  }

  async close(): Promise<void> {
    this.#foreign.stop();
    await this.#unwritten.close();
    await this.#store.close();
  }

  /** What the store has, with what is newer here in its place. */
  #over(session: string, stored: readonly StepResult[]): StepResult[] {
    const newer = this.#unwritten.newerOf(session).map((result) => this.#known.counted(session, result));
    return stored.filter((old) => !newer.some((result) => isSameStep(old, result))).concat(newer);
  }

  #note({ session, result }: SavedStep): StepResult {
    const noted = this.#known.note(session, result);
    this.#cache.put(session, noted);
    this.touch(session);
    return noted;
  }

  #drop(session: string): void {
    this.#known.forget(session);
    this.#forgotten.add(session);
    for (const oldest of this.#forgotten)
      if (this.#forgotten.size > FORGOTTEN) this.#forgotten.delete(oldest);
    this.#cache.drop(session);
    this.#unwritten.drop(session);
  }
}

function keyOf({ session, result: { page, step } }: SavedStep): StepKey {
  return { session, page, step };
}

function isSameStep(one: StepResult, other: StepResult): boolean {
  return one.page === other.page && one.step === other.step;
}

function isUnderWay({ state }: StepResult): boolean {
  return state === "queued" || state === "running";
}
