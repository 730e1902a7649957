import type { ApiObject } from "../api/object.js";
import { Collection } from "./collection.js";
import { deepFreeze } from "./freeze.js";
import type { Journal } from "./journal.js";
import { WatchWindow } from "./watch-window.js";
import type { StoreEvent } from "./watch-window.js";

export type StoreListener = (event: StoreEvent) => void;

/** The first revision of an empty store; etcd, too, never hands out zero. */
const FIRST_REVISION = 1;

/**
 * All objects of the cluster. A change is journalled, stored and queued for watchers in one tick; resources are
 * named by key (`apps/deployments`, `/pods`). Objects are frozen. Concurrency control is the caller's.
 */
export class ObjectStore {
  readonly #collections = new Map<string, Collection>();
  readonly #windows = new Map<string, WatchWindow>();
  readonly #listeners = new Map<string, Set<StoreListener>>();
  readonly #journal: Journal | undefined;
  readonly #startRevision: number;
  readonly #queue: { resource: string; event: StoreEvent }[] = [];
  #isDelivering = false;
  #revision: number;

  constructor(journal?: Journal) {
    this.#journal = journal;
    const loaded = journal?.load() ?? { revision: 0, rows: [] };
    this.#revision = Math.max(FIRST_REVISION, loaded.revision);
    this.#startRevision = this.#revision;
    for (const { resource, object } of loaded.rows) this.#collection(resource).set(deepFreeze(object));
  }

  get revision(): number {
    return this.#revision;
  }

  get(resource: string, namespace: string, name: string): ApiObject | undefined {
    return this.#collections.get(resource)?.get(namespace, name);
  }

  list(resource: string, namespace?: string): ApiObject[] {
    return this.#collections.get(resource)?.list(namespace) ?? [];
  }

  /** Stores `object` under a new resourceVersion (set on it) and returns it frozen. */
  put(resource: string, object: ApiObject): ApiObject {
    const { namespace = "", name = "" } = object.metadata;
    const previous = this.get(resource, namespace, name);
    const revision = this.#revision + 1;
    object.metadata.resourceVersion = String(revision);
    this.#journal?.put({ resource, namespace, name, object }, revision);
    this.#revision = revision;
    const stored = deepFreeze(object);
    this.#collection(resource).set(stored);
    const event: StoreEvent =
      previous === undefined
        ? { type: "ADDED", object: stored, revision }
        : { type: "MODIFIED", object: stored, previous, revision };
    this.#publish(resource, event);
    return stored;
  }

  /** Removes the object; `last` is what watchers see with DELETED, under the revision of the removal. */
  remove(resource: string, last: ApiObject): ApiObject {
    const { namespace = "", name = "" } = last.metadata;
    const previous = this.get(resource, namespace, name);
    const revision = this.#revision + 1;
    this.#journal?.remove({ resource, namespace, name }, revision);
    this.#revision = revision;
    this.#collection(resource).delete(namespace, name);
    const metadata = { ...last.metadata, resourceVersion: String(revision) };
    const object = deepFreeze({ ...last, metadata });
    this.#publish(resource, { type: "DELETED", object, ...(previous && { previous }), revision });
    return object;
  }

  /** Calls `listener` with every later change of the resource, in order; returns the way to stop. */
  subscribe(resource: string, listener: StoreListener): () => void {
    const listeners = this.#listeners.get(resource) ?? new Set();
    this.#listeners.set(resource, listeners);
    listeners.add(listener);
    return () => listeners.delete(listener);
  }

  /** The changes of a resource after `revision`, or `undefined` when they are no longer all known. */
  changesAfter(resource: string, revision: number): StoreEvent[] | undefined {
    return this.#window(resource).after(revision);
  }

  oldestRevision(resource: string): number {
    return this.#window(resource).oldestRevision;
  }

  close(): void {
    this.#listeners.clear();
    this.#journal?.close();
  }

  #publish(resource: string, event: StoreEvent): void {
    this.#window(resource).add(event);
    // A listener may write in its turn: its event waits, so that everyone hears of changes in their order.
    this.#queue.push({ resource, event });
    if (this.#isDelivering) return;
    this.#isDelivering = true;
    try {
      for (let next = this.#queue.shift(); next !== undefined; next = this.#queue.shift()) {
        for (const listener of this.#listeners.get(next.resource) ?? []) deliver(listener, next.event);
      }
    } finally {
      this.#isDelivering = false;
    }
  }

  #collection(resource: string): Collection {
    const existing = this.#collections.get(resource);
    if (existing !== undefined) return existing;
    const created = new Collection();
    this.#collections.set(resource, created);
    return created;
  }

  #window(resource: string): WatchWindow {
    const existing = this.#windows.get(resource);
    if (existing !== undefined) return existing;
    const created = new WatchWindow(this.#startRevision);
    this.#windows.set(resource, created);
    return created;
  }
}

/** A listener that throws must not keep the change from the others; the process hears of it all the same. */
function deliver(listener: StoreListener, event: StoreEvent): void {
  try {
    listener(event);
  } catch (error) {
    queueMicrotask(() => {
      throw error;
    });
  }
}
