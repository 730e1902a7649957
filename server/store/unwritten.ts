import type { StepResult } from "../../workshop/common/api.js";
import type { ActivityStore, SavedStep, SessionActivity } from "../../workshop/node/activity-store.js";

/** A disk has room again when somebody has made some, a database is back; nobody looks at a time of activity more often. */
const ROUND_MS = 2_000;

export interface UnwrittenEvents {
  /** Told where something could not be written; it is tried again. */
  onUnwritten: (session: string, error: unknown) => void;
  /** Told of which step the store has something else than is known here. */
  onReplaced: (step: SavedStep) => void;
}

/**
 * What is in memory only: results and pages that the store did not take yet, and the time of the last activity for a moment. Tries
 * again every two seconds.
 */
export class Unwritten {
  readonly #store: ActivityStore;
  readonly #events: UnwrittenEvents;
  readonly #steps = new Map<string, SavedStep>();
  readonly #activities = new Map<string, SessionActivity>();
  /** By their commands. */
  readonly #abandoned = new Map<string, SavedStep>();
  #timer: NodeJS.Timeout | undefined;

  constructor(store: ActivityStore, events: UnwrittenEvents) {
    this.#store = store;
    this.#events = events;
  }

  /** Writes the step, or keeps it for later; false where the store does not take it. */
  async saveStep(step: SavedStep): Promise<boolean> {
    const key = keyOf(step.session, step.result);
    this.#steps.set(key, step);
    try {
      return await this.#writeStep(key, step);
    } catch (error) {
      this.#later(step.session, error);
      return true;
    }
  }

  async saveActivity(activity: SessionActivity): Promise<void> {
    const { session } = activity;
    this.#activities.set(session, activity);
    await this.#writeActivity(session, activity).catch((error: unknown) => this.#later(session, error));
  }

  /** Writes the activity with the next round. */
  keepActivity(activity: SessionActivity): void {
    this.#activities.set(activity.session, { ...this.#activities.get(activity.session), ...activity });
    this.#schedule();
  }

  /** Writes what is kept of the step, where something is. Throws what the store throws. */
  async writeNow({ session, result }: SavedStep): Promise<void> {
    const key = keyOf(session, result);
    const kept = this.#steps.get(key);
    if (kept !== undefined) await this.#writeStep(key, kept);
  }

  /** Whether of this very run something newer is kept than the store has. */
  isAheadOf({ session, result, command }: SavedStep): boolean {
    return this.#steps.get(keyOf(session, result))?.command === command;
  }

  steps(): Iterable<SavedStep> {
    return this.#steps.values();
  }

  has({ session, result, command }: SavedStep): boolean {
    return this.#steps.has(keyOf(session, result)) || this.#abandoned.has(command);
  }

  /** Has a run that did not begin say so, where it was written down all the same. */
  abandon(run: SavedStep): void {
    this.#abandoned.set(run.command, run);
    this.#schedule();
  }

  /** Results of the session that the store has not, as they came. */
  newerOf(session: string): StepResult[] {
    return [...this.#steps.values()].filter((step) => step.session === session).map(({ result }) => result);
  }

  /** Drops what a later write has made old. */
  dropStep({ session, result }: SavedStep): void {
    this.#steps.delete(keyOf(session, result));
  }

  drop(session: string): void {
    this.#activities.delete(session);
    for (const [key, step] of this.#steps) if (step.session === session) this.#steps.delete(key);
  }

  /** Tries once more. */
  async close(): Promise<void> {
    clearTimeout(this.#timer);
    await this.#writeAll();
  }

  async #writeStep(key: string, step: SavedStep): Promise<boolean> {
    const isTaken = await writeOut(this.#steps, key, () => this.#store.saveStep(step));
    if (!isTaken) this.#events.onReplaced(step);
    return isTaken;
  }

  async #writeAbandoned(command: string, run: SavedStep): Promise<void> {
    if (await writeOut(this.#abandoned, command, () => this.#store.saveStep(run)))
      this.#events.onReplaced(run);
  }

  #writeActivity(session: string, activity: SessionActivity): Promise<void> {
    return writeOut(this.#activities, session, () => this.#store.saveActivity(activity));
  }

  async #writeAll(): Promise<void> {
    await Promise.allSettled([
      ...[...this.#steps].map(([key, step]) => this.#writeStep(key, step)),
      ...[...this.#activities].map(([session, activity]) => this.#writeActivity(session, activity)),
      ...[...this.#abandoned].map(([command, run]) => this.#writeAbandoned(command, run)),
    ]);
  }

  #later(session: string, error: unknown): void {
    this.#events.onUnwritten(session, error);
    this.#schedule();
  }

  #schedule(): void {
    if (this.#steps.size + this.#activities.size + this.#abandoned.size === 0) return;
    this.#timer ??= setTimeout(() => void this.#round(), ROUND_MS).unref();
  }

  async #round(): Promise<void> {
    await this.#writeAll();
    this.#timer = undefined;
    this.#schedule();
  }
}

/** Writes an entry and takes it away, unless another has come in its place meanwhile. */
async function writeOut<T, R>(entries: Map<string, T>, key: string, write: () => Promise<R>): Promise<R> {
  const written = entries.get(key);
  const answer = await write();
  if (entries.get(key) === written) entries.delete(key);
  return answer;
}

function keyOf(session: string, { page, step }: StepResult): string {
  return `${session}/${page}/${step}`;
}
