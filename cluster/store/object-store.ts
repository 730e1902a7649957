import type { ApiObject } from "../api/object.js";
import { ClusterError, clusterErrorCodes } from "../errors.js";
import type { Failures } from "../failures.js";
import { deepFreeze } from "./freeze.js";
import { History, HISTORY_BOUNDS } from "./history.js";
import type { HistoryBounds, StoreEvent } from "./history.js";
import type { Journal } from "./journal.js";
import { Keyspace } from "./keyspace.js";
import type { KeyRange, ObjectKey } from "./keyspace.js";
import { ObjectIndex } from "./object-index.js";
import type { KeysOf } from "./object-index.js";
import { rememberText } from "./object-text.js";
import { refusedWrite } from "./refused-write.js";

export type StoreListener = (event: StoreEvent) => void;

export interface ObjectStoreOptions {
  /** Without one, nothing outlives the process. */
  journal?: Journal | undefined;
  failures: Failures;
  history?: HistoryBounds;
}

/** The first revision of an empty store; etcd, too, never hands out zero. */
const FIRST_REVISION = 1;

/**
 * All objects of the cluster. A change is journalled, stored and queued for watchers in one tick; resources are
 * named by key (`apps/deployments`, `/pods`). Objects are frozen. Concurrency control is the caller's.
 */
export class ObjectStore {
  readonly #keyspace = new Keyspace();
  readonly #history: History;
  readonly #indexes = new Map<string, Map<KeysOf, ObjectIndex>>();
  readonly #listeners = new Map<string, Set<StoreListener>>();
  readonly #journal: Journal | undefined;
  readonly #failures: Failures;
  readonly #queue: StoreEvent[] = [];
  #isDelivering = false;
  #revision: number;

  constructor({ journal, failures, history = HISTORY_BOUNDS }: ObjectStoreOptions) {
    this.#journal = journal;
    this.#failures = failures;
    const loaded = journal?.load() ?? { revision: 0, rows: [], setAside: [] };
    for (const { key, why } of loaded.setAside)
      failures.report("reading a stored object", setAside(key, why));
    this.#revision = Math.max(FIRST_REVISION, loaded.revision);
    this.#history = new History(this.#revision, history, ({ resource, object, revision }) =>
      this.#keyspace.compact(keyOf(resource, object), revision),
    );
    for (const { key, object, bytes } of loaded.rows)
      this.#keyspace.set(key, { revision: this.#revision, object: deepFreeze(object), bytes });
  }

  get revision(): number {
    return this.#revision;
  }

  get(resource: string, namespace: string, name: string): ApiObject | undefined {
    return this.#keyspace.get({ resource, namespace, name });
  }

  list(resource: string, namespace?: string): ApiObject[] {
    return [...this.#keyspace.objects({ resource, namespace }, this.#revision)];
  }

  /**
   * The objects of a range as they were at `revision`, to be read through before the next change; `undefined` when that
   * is no longer known.
   */
  snapshot(range: KeyRange, revision: number): Iterable<ApiObject> | undefined {
    if (revision < this.#history.oldestRevision(range.resource)) return undefined;
    return this.#keyspace.objects(range, revision);
  }

  /** Stores `object` under a new resourceVersion (set on it) and returns it frozen; throws the Status of a refused write. */
  put(resource: string, object: ApiObject): ApiObject {
    const key = keyOf(resource, object);
    const revision = this.#revision + 1;
    object.metadata.resourceVersion = String(revision);
    const text = JSON.stringify(object);
    this.#write(() => this.#journal?.put(key, text, revision));
    const stored = deepFreeze(object);
    rememberText(stored, text);
    const replaced = this.#keyspace.set(key, { revision, object: stored, bytes: Buffer.byteLength(text) });
    const previous = replaced?.object;
    const type = previous === undefined ? "ADDED" : "MODIFIED";
    this.#changed(
      { type, resource, object: stored, ...(previous && { previous }), revision },
      replaced?.bytes,
    );
    return stored;
  }

  /** Removes the object; `last` is what watchers see with DELETED, under the revision of the removal. Throws like `put`. */
  remove(resource: string, last: ApiObject): ApiObject {
    const key = keyOf(resource, last);
    const revision = this.#revision + 1;
    this.#write(() => this.#journal?.remove(key, revision));
    const object = deepFreeze({ ...last, metadata: { ...last.metadata, resourceVersion: String(revision) } });
    const replaced = this.#keyspace.set(key, { revision, object: undefined, bytes: 0 });
    const previous = replaced?.object;
    this.#changed(
      { type: "DELETED", resource, object, ...(previous && { previous }), revision },
      replaced?.bytes,
    );
    return object;
  }

  /** Calls `listener` with every later change of the resource, in order; returns the way to stop. */
  subscribe(resource: string, listener: StoreListener): () => void {
    const listeners = this.#listeners.get(resource) ?? new Set();
    this.#listeners.set(resource, listeners);
    listeners.add(listener);
    return () => listeners.delete(listener);
  }

  /** The index of the resource's objects by the keys `keysOf` gives each, made once; it is as new as the store at any moment. */
  index(resource: string, keysOf: KeysOf): ObjectIndex {
    const indexes = this.#indexes.get(resource) ?? new Map<KeysOf, ObjectIndex>();
    this.#indexes.set(resource, indexes);
    const known = indexes.get(keysOf);
    if (known !== undefined) return known;
    const index = new ObjectIndex(keysOf);
    indexes.set(keysOf, index);
    for (const object of this.list(resource)) index.replace(undefined, object);
    return index;
  }

  /** At most `limit` changes of a resource after `revision`, or `undefined` when they are no longer all known. */
  changesAfter(resource: string, revision: number, limit?: number): StoreEvent[] | undefined {
    return this.#history.after(resource, revision, limit);
  }

  /** The oldest revision at which the objects of the resource, and all changes since, are known. */
  oldestRevision(resource: string): number {
    return this.#history.oldestRevision(resource);
  }

  close(): void {
    this.#listeners.clear();
    this.#journal?.close();
  }

  #write(write: () => void): void {
    try {
      write();
    } catch (error) {
      this.#failures.report("a write to the cluster's database", error);
      throw refusedWrite(error);
    }
  }

  #changed(event: StoreEvent, replacedBytes = 0): void {
    this.#revision = event.revision;
    const present = event.type === "DELETED" ? undefined : event.object;
    for (const index of this.#indexes.get(event.resource)?.values() ?? [])
      index.replace(event.previous, present);
    this.#history.add(event, replacedBytes);
    // A listener may write in its turn: its event waits, so that everyone hears of changes in their order.
    this.#queue.push(event);
    if (this.#isDelivering) return;
    this.#isDelivering = true;
    for (let next = this.#queue.shift(); next !== undefined; next = this.#queue.shift()) {
      for (const listener of this.#listeners.get(next.resource) ?? []) this.#deliver(listener, next);
    }
    this.#isDelivering = false;
  }

  /** A listener that throws keeps the change neither from the others nor from whoever made it. */
  #deliver(listener: StoreListener, event: StoreEvent): void {
    try {
      listener(event);
    } catch (error) {
      this.#failures.report(`a listener to changes of ${event.resource}`, error);
    }
  }
}

function setAside({ resource, namespace, name }: ObjectKey, why: string): ClusterError {
  return new ClusterError(
    clusterErrorCodes.objectSetAside,
    `The object ${name} of ${resource} in namespace ${JSON.stringify(namespace)} cannot be read (${why}). It was moved to the table objects_set_aside of cluster.db, and the cluster goes on without it. Mend its text and create it again, or delete it there.`,
  );
}

function keyOf(resource: string, { metadata }: ApiObject): ObjectKey {
  return { resource, namespace: metadata.namespace ?? "", name: metadata.name ?? "" };
}
