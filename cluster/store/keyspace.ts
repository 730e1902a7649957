import type { ApiObject } from "../api/object.js";

/** Where an object is kept. */
export interface ObjectKey {
  /** Storage key of the resource (`apps/deployments`, `/pods`). */
  resource: string;
  /** Empty for objects of the cluster's scope. */
  namespace: string;
  name: string;
}

/** A part of the keyspace: a resource, one namespace of it, or what comes after one of its objects. */
export interface KeyRange {
  resource: string;
  namespace?: string | undefined;
  after?: Pick<ObjectKey, "namespace" | "name"> | undefined;
}

/**
 * Objects of one resource are ordered by the text `namespace/name`, as those of a real API server are: `a-b/x` is before
 * `a/x`. A list, its pages, its tokens and its snapshots all compare this one path.
 */
const SEPARATOR = "/";
const AFTER_SEPARATOR = "0";
/** Sorts before every character of a name. */
const END = "\0";
const AFTER_END = "\u0001";

/** An object as one change left it. */
export interface StoredVersion {
  revision: number;
  /** `undefined` where the change removed it. */
  object: ApiObject | undefined;
  /** Of its JSON. */
  bytes: number;
}

interface Version extends StoredVersion {
  older: Version | undefined;
}

interface Entry {
  path: string;
  newest: Version;
}

/** Every object under its resource, namespace and name, in this order, as it is and as it was at revisions that are not compacted. */
export class Keyspace {
  readonly #entries = new Map<string, Entry>();
  /** A plain array: moving the pointers behind a new key costs microseconds for a hundred thousand of them. */
  readonly #sorted: Entry[] = [];

  /** The object as it was at `revision`. */
  get(key: ObjectKey, revision: number): ApiObject | undefined {
    const entry = this.#entries.get(pathOf(key));
    return entry && versionAt(entry, revision)?.object;
  }

  /** Bytes of the object as it is now. */
  bytesOf(key: ObjectKey): number {
    return this.#entries.get(pathOf(key))?.newest.bytes ?? 0;
  }

  /** Adds a version, whose revision is higher than any before, and returns the one it takes the place of. */
  set(key: ObjectKey, version: StoredVersion): StoredVersion | undefined {
    const path = pathOf(key);
    const entry = this.#entries.get(path);
    if (entry !== undefined) {
      const older = entry.newest;
      entry.newest = { ...version, older };
      return older;
    }
    const created: Entry = { path, newest: { ...version, older: undefined } };
    this.#entries.set(path, created);
    this.#sorted.splice(this.#firstFrom(path), 0, created);
    return undefined;
  }

  /** Forgets how the object was before `revision`, which is that of one of its changes. */
  compact(key: ObjectKey, revision: number): void {
    const path = pathOf(key);
    const entry = this.#entries.get(path);
    if (entry === undefined) return;
    const kept = versionAt(entry, revision);
    if (kept !== undefined) kept.older = undefined;
    if (entry.newest.revision > revision || entry.newest.object !== undefined) return;
    this.#entries.delete(path);
    this.#sorted.splice(this.#firstFrom(path), 1);
  }

  /** The objects of a range in order, as they were at `revision`. To be read through before the next change. */
  *objects(range: KeyRange, revision: number): Generator<ApiObject> {
    const { first, end } = boundsOf(range);
    for (let at = this.#firstFrom(first); at < this.#sorted.length; at++) {
      const entry = this.#sorted[at];
      if (entry === undefined || entry.path >= end) return;
      const object = versionAt(entry, revision)?.object;
      if (object !== undefined) yield object;
    }
  }

  /** Index of the first entry whose path is not before `path`. */
  #firstFrom(path: string): number {
    let low = 0;
    let high = this.#sorted.length;
    // What is loaded at the start comes in order.
    if ((this.#sorted.at(-1)?.path ?? "") < path) return high;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#sorted[middle]?.path ?? "") < path) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

function versionAt({ newest }: Entry, revision: number): Version | undefined {
  let version: Version | undefined = newest;
  while (version !== undefined && version.revision > revision) version = version.older;
  return version;
}

function pathOf({ resource, namespace, name }: ObjectKey): string {
  return `${resource}${END}${namespace}${SEPARATOR}${name}`;
}

/** The first path of the range, and the first after it. */
function boundsOf({ resource, namespace, after }: KeyRange): { first: string; end: string } {
  const all = `${resource}${END}`;
  const own = namespace === undefined ? all : `${all}${namespace}${SEPARATOR}`;
  const end = namespace === undefined ? `${resource}${AFTER_END}` : `${all}${namespace}${AFTER_SEPARATOR}`;
  const next = after === undefined ? own : `${pathOf({ resource, ...after })}${END}`;
  // Whatever an object to go on from is of, nothing outside the range is read.
  return { first: next > own ? next : own, end };
}
