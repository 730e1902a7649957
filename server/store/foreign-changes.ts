import { setTimeout as delay } from "node:timers/promises";
import type { StepResult } from "../../workshop/common/api.js";
import type { ActivityChange, ActivityStore, StepKey } from "../../workshop/node/activity-store.js";
import { loadFrom } from "./known-activity.js";
import type { KnownActivity } from "./known-activity.js";
import type { ResultCache } from "./result-cache.js";
import type { Unwritten } from "./unwritten.js";

/** What another server has written, after it is known here. */
export type ForeignChange =
  | { of: "step"; session: string; result: StepResult }
  | { of: "activity"; session: string }
  /** Told before it is forgotten here. */
  | { of: "forgotten"; session: string }
  | { of: "everything" };

export interface ForeignParts {
  store: ActivityStore;
  known: KnownActivity;
  cache: ResultCache;
  unwritten: Unwritten;
  /** Forgets a session here. */
  drop: (session: string) => void;
  /** A session of that name is there (again). */
  revive: (session: string) => void;
  /** Told where something could not be read; it is read again. */
  onUnread: (session: string, error: unknown) => void;
}

const RETRY_MS = 500;

/** Keeps what is known here in step with what other servers write. */
export class ForeignChanges {
  readonly #parts: ForeignParts;
  readonly #listeners = new Set<(change: ForeignChange) => void>();
  readonly #stop = new AbortController();
  /** What has changed and was not read yet; what changes again meanwhile is read once, as the last. */
  readonly #pending = new Map<string, ActivityChange>();
  #isTaking = false;

  constructor(parts: ForeignParts) {
    this.#parts = parts;
    const stopListening = parts.store.onChange((change) => {
      const key = JSON.stringify(change);
      this.#pending.delete(key);
      this.#pending.set(key, change);
      void this.#takeAll();
    });
    this.#stop.signal.addEventListener("abort", stopListening, { once: true });
  }

  /** Takes a step as the store has it. */
  async reread(step: StepKey): Promise<void> {
    const { store, known, cache, unwritten, revive } = this.#parts;
    const found = await store.step(step);
    if (found === undefined || unwritten.isAheadOf(found)) return;
    const { session } = step;
    revive(session);
    known.putStep(found.record);
    cache.put(session, found.result);
    this.#tell({ of: "step", session, result: found.result });
  }

  onChange(listener: (change: ForeignChange) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  stop(): void {
    this.#stop.abort();
  }

  /** One after the other: an older state must not be read before and noted after a newer one. */
  async #takeAll(): Promise<void> {
    if (this.#isTaking) return;
    this.#isTaking = true;
    for (const [key, change] of this.#pending) {
      this.#pending.delete(key);
      await this.#untilTaken(change);
    }
    this.#isTaking = false;
  }

  async #untilTaken(change: ActivityChange): Promise<void> {
    const { signal } = this.#stop;
    while (!signal.aborted) {
      try {
        return await this.#take(change);
      } catch (error) {
        this.#parts.onUnread("session" in change ? change.session : "", error);
      }
      await delay(RETRY_MS, undefined, { signal }).catch(() => undefined);
    }
  }

  async #take(change: ActivityChange): Promise<void> {
    if (change.of === "step") return this.reread(change);
    if (change.of === "everything" || change.of === "session") return this.#takeEverything();
    const { store, known, drop } = this.#parts;
    const { session } = change;
    if (change.of === "forgotten") {
      this.#tell({ of: "forgotten", session });
      return drop(session);
    }
    for (const activity of await store.activity(session)) known.putActivity(activity);
    this.#tell({ of: "activity", session });
  }

  async #takeEverything(): Promise<void> {
    const { store, known, cache, unwritten } = this.#parts;
    known.replace(await loadFrom(store));
    for (const { session, result } of unwritten.steps()) known.note(session, result);
    cache.clear();
    this.#tell({ of: "everything" });
  }

  #tell(change: ForeignChange): void {
    for (const listener of this.#listeners) listener(change);
  }
}
