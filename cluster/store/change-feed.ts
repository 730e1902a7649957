import type { Failures } from "../failures.js";
import type { StoreEvent } from "./history.js";

export type StoreListener = (event: StoreEvent) => void;

/** Who hears of changes, by resource: listeners as they are made, followers when they are on the disk. */
export class ChangeFeed {
  readonly #listeners = new Map<string, Set<StoreListener>>();
  readonly #followers = new Map<string, Set<() => void>>();
  readonly #failures: Failures;
  readonly #queue: StoreEvent[] = [];
  #isDelivering = false;

  constructor(failures: Failures) {
    this.#failures = failures;
  }

  subscribe(resource: string, listener: StoreListener): () => void {
    return addTo(this.#listeners, resource, listener);
  }

  follow(resource: string, wake: () => void): () => void {
    return addTo(this.#followers, resource, wake);
  }

  /** A listener may write in its turn: its event waits, so that everyone hears of changes in their order. */
  publish(event: StoreEvent): void {
    this.#queue.push(event);
    if (this.#isDelivering) return;
    this.#isDelivering = true;
    for (let next = this.#queue.shift(); next !== undefined; next = this.#queue.shift()) {
      for (const listener of this.#listeners.get(next.resource) ?? [])
        this.#call(`a listener to changes of ${next.resource}`, () => listener(next));
    }
    this.#isDelivering = false;
  }

  /** Tells followers that changes of these resources are on the disk. */
  wake(resources: ReadonlySet<string>): void {
    for (const resource of resources)
      for (const wake of this.#followers.get(resource) ?? []) this.#call(`a watch of ${resource}`, wake);
  }

  clear(): void {
    this.#listeners.clear();
    this.#followers.clear();
  }

  /** One who throws keeps the change neither from the others nor from whoever made it. */
  #call(who: string, listen: () => void): void {
    try {
      listen();
    } catch (error) {
      this.#failures.report(who, error);
    }
  }
}

function addTo<T>(sets: Map<string, Set<T>>, resource: string, listener: T): () => void {
  const set = sets.get(resource) ?? new Set();
  sets.set(resource, set.add(listener));
  return () => set.delete(listener);
}
