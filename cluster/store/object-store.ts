import type { ApiObject } from "../api/object.js";
import type { StatusError } from "../api/status.js";
import type { Failures } from "../failures.js";
import { ChangeFeed } from "./change-feed.js";
import type { StoreListener } from "./change-feed.js";
import { deepFreeze } from "./freeze.js";
import { GroupCommit } from "./group-commit.js";
import { History, HISTORY_BOUNDS } from "./history.js";
import type { HistoryBounds, StoreEvent } from "./history.js";
import type { Journal } from "./journal.js";
import { Keyspace } from "./keyspace.js";
import type { KeyRange, ObjectKey, StoredVersion } from "./keyspace.js";
import { ObjectIndex } from "./object-index.js";
import type { KeysOf } from "./object-index.js";
import { rememberText } from "./object-text.js";
import { noRoom, refusedWrite, setAside } from "./refused-write.js";

export interface ObjectStoreOptions {
  /** Without one, nothing outlives the process. */
  journal?: Journal | undefined;
  failures: Failures;
  history?: HistoryBounds;
  /** Most bytes that the JSON of all objects may have; without a bound where absent. */
  quotaBytes?: number | undefined;
}

interface Change {
  event: StoreEvent;
  replaced: StoredVersion | undefined;
}

const COMMIT = "a write to the cluster's database";
/** The share of the quota, beyond it, that is kept for marking objects as deleted and for what their finalizers write: a full cluster must be able to make room. */
const RESERVE_FOR_DELETION = 1 / 16;

/** The first revision of an empty store; etcd, too, never hands out zero. */
const FIRST_REVISION = 1;

/**
 * All objects of the cluster. A change is in the store, its indexes and the ears of listeners in the tick that makes it,
 * and on disk with the others of its turn: then the promise of `put` or `remove` resolves, and clients may see it.
 * Resources are named by key (`apps/deployments`, `/pods`). Objects are frozen. Concurrency control is the caller's.
 */
export class ObjectStore {
  readonly #keyspace = new Keyspace();
  readonly #history: History;
  readonly #indexes = new Map<string, Map<KeysOf, ObjectIndex>>();
  readonly #feed: ChangeFeed;
  readonly #failures: Failures;
  readonly #commits: GroupCommit;
  readonly #journal: Journal | undefined;
  readonly #quotaBytes: number;
  /** Of all objects as they are now. */
  #bytes = 0;
  /** What the next commit will hand to the disk. */
  #uncommitted: Change[] = [];
  /** What the disk has been handed and does not have for certain, up to a revision. */
  #unsynced: { changes: Change[]; revision: number } | undefined;
  #isClosed = false;
  #revision: number;
  #committedRevision: number;

  constructor({ journal, failures, history = HISTORY_BOUNDS, quotaBytes = Infinity }: ObjectStoreOptions) {
    this.#quotaBytes = quotaBytes;
    this.#journal = journal;
    this.#failures = failures;
    this.#feed = new ChangeFeed(failures);
    this.#commits = new GroupCommit({ write: () => this.#commit(), sync: () => this.#sync() });
    const loaded = journal?.load() ?? { revision: 0, rows: [], setAside: [] };
    for (const { key, why } of loaded.setAside)
      failures.report("reading a stored object", setAside(key, why));
    this.#revision = Math.max(FIRST_REVISION, loaded.revision);
    this.#committedRevision = this.#revision;
    this.#history = new History(this.#revision, history, ({ resource, object, revision }) =>
      this.#keyspace.compact(keyOf(resource, object), revision),
    );
    for (const { key, object, bytes } of loaded.rows) {
      this.#keyspace.set(key, { revision: this.#revision, object: deepFreeze(object), bytes });
      this.#bytes += bytes;
    }
  }

  /** The last change, whether it is on disk or not. */
  get revision(): number {
    return this.#revision;
  }

  /** The last change that is on disk: what clients may know of. */
  get committedRevision(): number {
    return this.#committedRevision;
  }

  /** As it is now, or was at `revision`. */
  get(resource: string, namespace: string, name: string, revision = this.#revision): ApiObject | undefined {
    return this.#keyspace.get({ resource, namespace, name }, revision);
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

  /** Stores `object` under a new resourceVersion (set on it) and resolves with it frozen; rejects with the Status of a refused write. */
  async put(resource: string, object: ApiObject): Promise<ApiObject> {
    const key = keyOf(resource, object);
    const revision = this.#revision + 1;
    object.metadata.resourceVersion = String(revision);
    const text = JSON.stringify(object);
    const bytes = Buffer.byteLength(text);
    this.#requireRoom(bytes - this.#keyspace.bytesOf(key), object);
    this.#write(() => this.#journal?.put(key, text, revision));
    const stored = deepFreeze(object);
    rememberText(stored, text);
    this.#change(key, { revision, object: stored, bytes }, stored);
    await this.#commits.next();
    return stored;
  }

  /** Removes the object; `last` is what watchers see with DELETED, under the revision of the removal. Rejects like `put`. */
  async remove(resource: string, last: ApiObject): Promise<ApiObject> {
    const key = keyOf(resource, last);
    const revision = this.#revision + 1;
    this.#write(() => this.#journal?.remove(key, revision));
    const object = deepFreeze({ ...last, metadata: { ...last.metadata, resourceVersion: String(revision) } });
    this.#change(key, { revision, object: undefined, bytes: 0 }, object);
    await this.#commits.next();
    return object;
  }

  /** Commits everything that is stored while `work` runs at its end, as one. */
  together<T>(work: () => Promise<T>): Promise<T> {
    return this.#commits.together(work);
  }

  /** Calls `listener` with every later change of the resource, in order, as it is made; returns the way to stop. */
  subscribe(resource: string, listener: StoreListener): () => void {
    return this.#feed.subscribe(resource, listener);
  }

  /** Calls `wake` when changes of the resource have come to the disk, before whoever made them is told; returns the way to stop. */
  follow(resource: string, wake: () => void): () => void {
    return this.#feed.follow(resource, wake);
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

  /** At most `limit` committed changes of a resource after `revision`, or `undefined` when they are no longer all known. */
  changesAfter(resource: string, revision: number, limit?: number): StoreEvent[] | undefined {
    const changes = this.#history.after(resource, revision, limit);
    return changes?.filter((change) => change.revision <= this.#committedRevision);
  }

  /** The oldest revision at which the objects of the resource, and all changes since, are known. */
  oldestRevision(resource: string): number {
    return this.#history.oldestRevision(resource);
  }

  close(): void {
    if (this.#uncommitted.length > 0) {
      try {
        this.#journal?.commit();
      } catch (error) {
        this.#failures.report(COMMIT, error);
      }
    }
    this.#isClosed = true;
    this.#feed.clear();
    this.#journal?.close();
  }

  /** What grows is refused where all may not be larger; what shrinks or goes makes room. */
  #requireRoom(growth: number, { metadata }: ApiObject): void {
    const share = metadata.deletionTimestamp === undefined ? 1 : 1 + RESERVE_FOR_DELETION;
    if (growth <= 0 || this.#bytes + growth <= this.#quotaBytes * share) return;
    throw noRoom(this.#quotaBytes);
  }

  #write(write: () => void): void {
    try {
      write();
    } catch (error) {
      throw this.#takeBack(error);
    }
  }

  #commit(): void {
    this.#write(() => this.#journal?.commit());
    this.#unsynced = { changes: this.#uncommitted, revision: this.#revision };
    this.#uncommitted = [];
  }

  #sync(): Promise<void> | undefined {
    if (this.#journal === undefined) {
      this.#settled();
      return undefined;
    }
    return this.#journal.sync().then(
      () => this.#settled(),
      (error: unknown) => {
        // What was closed meanwhile was brought to the disk by that.
        if (!this.#isClosed) throw this.#takeAllBack(error);
      },
    );
  }

  /** Memory and disk agree about what was handed over: followers hear of what has changed since they last did. */
  #settled(): void {
    const { changes = [], revision = this.#revision } = this.#unsynced ?? {};
    this.#unsynced = undefined;
    this.#committedRevision = revision;
    this.#feed.wake(new Set(changes.map(({ event }) => event.resource)));
  }

  /** Puts everything back as it was handed to the disk last, by changes that undo those that were not; returns the refusal. */
  #takeBack(error: unknown): StatusError {
    this.#failures.report(COMMIT, error);
    this.#undo(this.#uncommitted);
    const known = this.#unsynced?.changes ?? [];
    const isSyncing = this.#unsynced !== undefined;
    // Who follows hears of these changes, which undo each other, with those that the disk works on.
    this.#unsynced = { changes: [...known, ...this.#uncommitted], revision: this.#revision };
    this.#uncommitted = [];
    if (!isSyncing) this.#settled();
    return this.#commits.fail(refusedWrite(error));
  }

  /** The disk may have what it was handed, or not: memory and disk are put back as they were before. */
  #takeAllBack(error: unknown): StatusError {
    this.#failures.report(COMMIT, error);
    const doubtful = [...(this.#unsynced?.changes ?? []), ...this.#uncommitted];
    this.#undo(doubtful);
    try {
      for (const { event } of doubtful) this.#writeAgain(keyOf(event.resource, event.object));
      this.#journal?.commit();
    } catch (other) {
      this.#failures.report(COMMIT, other);
    }
    this.#unsynced = { changes: [...doubtful, ...this.#uncommitted], revision: this.#revision };
    this.#uncommitted = [];
    this.#settled();
    return this.#commits.fail(refusedWrite(error));
  }

  #undo(changes: Change[]): void {
    for (const { event, replaced } of changes.toReversed()) {
      const revision = this.#revision + 1;
      const version = { object: replaced?.object, bytes: replaced?.bytes ?? 0, revision };
      this.#change(keyOf(event.resource, event.object), version, replaced?.object ?? event.object);
    }
  }

  /** Has the disk hold what memory does. */
  #writeAgain(key: ObjectKey): void {
    const object = this.#keyspace.get(key, this.#revision);
    if (object === undefined) this.#journal?.remove(key, this.#revision);
    else this.#journal?.put(key, JSON.stringify(object), this.#revision);
  }

  /** Makes a change known to everybody in the process; `shown` is the object listeners are told of. */
  #change(key: ObjectKey, version: StoredVersion, shown: ApiObject): void {
    const { resource } = key;
    const { revision } = version;
    this.#revision = revision;
    const replaced = this.#keyspace.set(key, version);
    this.#bytes += version.bytes - (replaced?.bytes ?? 0);
    const previous = replaced?.object;
    const type = version.object === undefined ? "DELETED" : previous === undefined ? "ADDED" : "MODIFIED";
    const event: StoreEvent = { type, resource, object: shown, ...(previous && { previous }), revision };
    for (const index of this.#indexes.get(resource)?.values() ?? []) index.replace(previous, version.object);
    this.#history.add(event, replaced?.bytes ?? 0);
    this.#uncommitted.push({ event, replaced });
    this.#feed.publish(event);
  }
}

function keyOf(resource: string, { metadata }: ApiObject): ObjectKey {
  return { resource, namespace: metadata.namespace ?? "", name: metadata.name ?? "" };
}
