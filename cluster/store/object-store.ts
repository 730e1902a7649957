import type { ApiObject } from "../api/object.js";
import { ClusterError, clusterErrorCodes } from "../errors.js";
import type { Failures } from "../failures.js";
import { deepFreeze } from "./freeze.js";
import { GroupCommit } from "./group-commit.js";
import { History, HISTORY_BOUNDS } from "./history.js";
import type { HistoryBounds, StoreEvent } from "./history.js";
import type { Journal, JournalChange } from "./journal.js";
import { Keyspace } from "./keyspace.js";
import type { KeyRange, ObjectKey, StoredVersion } from "./keyspace.js";
import { ObjectIndex } from "./object-index.js";
import type { KeysOf } from "./object-index.js";
import { rememberText } from "./object-text.js";
import { noRoom, refusedWrite, tooMuchWaits } from "./refused-write.js";

export type StoreListener = (event: StoreEvent) => void;

export interface ObjectStoreOptions {
  /** Without one, nothing outlives the process. */
  journal?: Journal | undefined;
  failures: Failures;
  history?: HistoryBounds;
  /** Most bytes that the JSON of all objects may have; without a bound where absent. */
  quotaBytes?: number | undefined;
  /** Most bytes of JSON that may wait for the disk. */
  waitingBytes?: number;
}

const COMMIT = "a write to the cluster's database";
/** Some twenty of the largest objects: more is refused until the disk has caught up. */
const MAX_WAITING_BYTES = 32 * 1024 * 1024;
/** The share of the quota, beyond it, that is kept for marking objects as deleted and for what their finalizers write: a full cluster must be able to make room. */
const RESERVE_FOR_DELETION = 1 / 16;

/** The first revision of an empty store; etcd, too, never hands out zero. */
const FIRST_REVISION = 1;

/** A change that is not on the disk yet. */
interface Uncommitted extends JournalChange {
  replaced: StoredVersion | undefined;
  shown: ApiObject;
  bytes: number;
}

/**
 * All objects of the cluster. A change is in the store, its indexes and the ears of listeners in the tick that makes it,
 * and on disk with others a moment later: then the promise of `put` or `remove` resolves, and clients may see it.
 * Resources are named by key (`apps/deployments`, `/pods`). Objects are frozen. Concurrency control is the caller's.
 */
export class ObjectStore {
  readonly #keyspace = new Keyspace();
  readonly #history: History;
  readonly #indexes = new Map<string, Map<KeysOf, ObjectIndex>>();
  readonly #listeners = new Map<string, Set<StoreListener>>();
  readonly #followers = new Map<string, Set<() => void>>();
  readonly #failures: Failures;
  readonly #commits: GroupCommit;
  readonly #journal: Journal | undefined;
  readonly #quotaBytes: number;
  readonly #maxWaitingBytes: number;
  /** Of all objects as they are now. */
  #bytes = 0;
  readonly #queue: StoreEvent[] = [];
  /** What is being brought to the disk. */
  #committing: Uncommitted[] = [];
  /** What the next commit will bring there. */
  #uncommitted: Uncommitted[] = [];
  /** Of both. */
  #waitingBytes = 0;
  #isDelivering = false;
  #revision: number;
  #committedRevision: number;

  constructor(options: ObjectStoreOptions) {
    const { journal, failures, history = HISTORY_BOUNDS } = options;
    this.#quotaBytes = options.quotaBytes ?? Infinity;
    this.#maxWaitingBytes = options.waitingBytes ?? MAX_WAITING_BYTES;
    this.#journal = journal;
    this.#failures = failures;
    this.#commits = new GroupCommit(() => this.#commit());
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
    if (bytes + this.#waitingBytes > this.#maxWaitingBytes) throw tooMuchWaits(this.#waitingBytes);
    const stored = deepFreeze(object);
    rememberText(stored, text);
    this.#change({ key, json: text, revision, bytes, shown: stored });
    await this.#commits.next();
    return stored;
  }

  /** Removes the object; `last` is what watchers see with DELETED, under the revision of the removal. Rejects like `put`. */
  async remove(resource: string, last: ApiObject): Promise<ApiObject> {
    const key = keyOf(resource, last);
    const revision = this.#revision + 1;
    const shown = deepFreeze({ ...last, metadata: { ...last.metadata, resourceVersion: String(revision) } });
    this.#change({ key, json: undefined, revision, bytes: 0, shown });
    await this.#commits.next();
    return shown;
  }

  /** Commits everything that is stored while `work` runs at its end, as one. */
  together<T>(work: () => Promise<T>): Promise<T> {
    return this.#commits.together(work);
  }

  /** Resolves when everything that is stored now is on disk; rejects with the Status of the refused write where it cannot be. */
  settled(): Promise<void> {
    return this.#commits.settled();
  }

  /** Calls `listener` with every later change of the resource, in order, as it is made; returns the way to stop. */
  subscribe(resource: string, listener: StoreListener): () => void {
    return addTo(this.#listeners, resource, listener);
  }

  /** Calls `wake` when changes of the resource have come to the disk, before whoever made them is told; returns the way to stop. */
  follow(resource: string, wake: () => void): () => void {
    return addTo(this.#followers, resource, wake);
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

  /** Brings what waits to the disk, and closes the journal. */
  async close(): Promise<void> {
    this.#listeners.clear();
    this.#followers.clear();
    // Who waits for a write that is refused is told so, and so is the log.
    await this.settled().catch(() => undefined);
    await this.#journal?.close();
  }

  /** What grows is refused where all may not be larger; what shrinks or goes makes room. */
  #requireRoom(growth: number, { metadata }: ApiObject): void {
    const share = metadata.deletionTimestamp === undefined ? 1 : 1 + RESERVE_FOR_DELETION;
    if (growth <= 0 || this.#bytes + growth <= this.#quotaBytes * share) return;
    throw noRoom(this.#quotaBytes);
  }

  async #commit(): Promise<void> {
    const group = this.#uncommitted;
    this.#committing = group;
    this.#uncommitted = [];
    try {
      await this.#journal?.write(group);
    } catch (error) {
      this.#takeBack(error);
      return;
    }
    this.#committing = [];
    this.#waitingBytes -= sumOfBytes(group);
    this.#settle(group, group.at(-1)?.revision ?? this.#committedRevision);
  }

  /** What is on disk is known: followers hear of what has changed there. */
  #settle(changes: readonly Uncommitted[], revision: number): void {
    this.#committedRevision = revision;
    this.#history.trim(revision);
    for (const resource of new Set(changes.map(({ key }) => key.resource)))
      for (const wake of this.#followers.get(resource) ?? []) this.#call(`a watch of ${resource}`, wake);
  }

  /** Puts everything back as it is on disk, by changes that undo those that did not get there. */
  #takeBack(error: unknown): void {
    this.#failures.report(COMMIT, error);
    const lost = [...this.#committing, ...this.#uncommitted];
    this.#committing = [];
    this.#uncommitted = [];
    this.#waitingBytes = 0;
    this.#commits.fail(refusedWrite(error));
    const events = lost.toReversed().map(({ key, replaced, shown }) => {
      const version = { object: replaced?.object, bytes: replaced?.bytes ?? 0, revision: this.#revision + 1 };
      return this.#set(key, version, replaced?.object ?? shown).event;
    });
    this.#settle(lost, this.#revision);
    for (const event of events) this.#publish(event);
  }

  /** Makes a change known to everybody in the process, and has it brought to the disk. */
  #change(change: Omit<Uncommitted, "replaced">): void {
    const { key, json, bytes, revision, shown } = change;
    const object = json === undefined ? undefined : shown;
    const { event, replaced } = this.#set(key, { revision, object, bytes }, shown);
    this.#uncommitted.push({ ...change, replaced });
    this.#waitingBytes += bytes;
    this.#publish(event);
  }

  /** `shown` is the object listeners are told of. */
  #set(
    key: ObjectKey,
    version: StoredVersion,
    shown: ApiObject,
  ): { event: StoreEvent; replaced: StoredVersion | undefined } {
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
    return { event, replaced };
  }

  /** A listener may write in its turn: its event waits, so that everyone hears of changes in their order. */
  #publish(event: StoreEvent): void {
    this.#queue.push(event);
    if (this.#isDelivering) return;
    this.#isDelivering = true;
    for (let next = this.#queue.shift(); next !== undefined; next = this.#queue.shift()) {
      for (const listener of this.#listeners.get(next.resource) ?? [])
        this.#call(`a listener to changes of ${next.resource}`, () => listener(next));
    }
    this.#isDelivering = false;
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

function sumOfBytes(changes: readonly Uncommitted[]): number {
  return changes.reduce((sum, { bytes }) => sum + bytes, 0);
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
