import type { ApiObject } from "../api/object.js";

/** One change of one object; `revision` is its place in the order of all changes. */
export interface StoreEvent {
  type: "ADDED" | "MODIFIED" | "DELETED";
  resource: string;
  object: ApiObject;
  previous?: ApiObject;
  revision: number;
}

export interface HistoryBounds {
  /** Of JSON that is kept only for the history: the former versions of objects. */
  bytes: number;
  changes: number;
}

/**
 * What watchers that resume and lists by pages can count on. Sixteen MiB are some 5,000 changes of pods, and no more
 * than sixteen of the largest objects.
 */
export const HISTORY_BOUNDS: HistoryBounds = { bytes: 16 * 1024 * 1024, changes: 20_000 };
/** The part that stays when a bound is passed: forgetting in pieces costs less than one by one. */
const KEPT = 7 / 8;

interface Kept {
  event: StoreEvent;
  bytes: number;
}

/** The recent changes of all resources, in order. */
export class History {
  readonly #bounds: HistoryBounds;
  readonly #start: number;
  readonly #onForgotten: (event: StoreEvent) => void;
  readonly #byResource = new Map<string, StoreEvent[]>();
  /** The last change of each resource that is forgotten. */
  readonly #forgotten = new Map<string, number>();
  #all: Kept[] = [];
  #bytes = 0;

  /** `start`: the revision after which every change will be seen; `onForgotten` hears of each that is known no longer. */
  constructor(start: number, bounds: HistoryBounds, onForgotten: (event: StoreEvent) => void) {
    this.#start = start;
    this.#bounds = bounds;
    this.#onForgotten = onForgotten;
  }

  /** `bytes`: of the version the change put an end to. */
  add(event: StoreEvent, bytes: number): void {
    this.#all.push({ event, bytes });
    this.#bytes += bytes;
    const own = this.#byResource.get(event.resource);
    if (own === undefined) this.#byResource.set(event.resource, [event]);
    else own.push(event);
  }

  /** Forgets what passes the bounds, of changes up to `revision` alone: how objects were then is still read. */
  trim(revision: number): void {
    if (this.#all.length > this.#bounds.changes || this.#bytes > this.#bounds.bytes) this.#forget(revision);
  }

  /** At most `limit` changes of a resource after `revision`, or `undefined` when not all of them are known. */
  after(resource: string, revision: number, limit = Number.POSITIVE_INFINITY): StoreEvent[] | undefined {
    if (revision < this.oldestRevision(resource)) return undefined;
    const events = this.#byResource.get(resource) ?? [];
    let low = 0;
    let high = events.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((events[middle]?.revision ?? 0) <= revision) low = middle + 1;
      else high = middle;
    }
    return events.slice(low, low + limit);
  }

  /** The oldest revision at which the objects of the resource are known. */
  oldestRevision(resource: string): number {
    return this.#forgotten.get(resource) ?? this.#start;
  }

  #forget(last: number): void {
    let count = 0;
    while (
      this.#all.length - count > this.#bounds.changes * KEPT ||
      this.#bytes > this.#bounds.bytes * KEPT
    ) {
      const oldest = this.#all[count];
      if (oldest === undefined || oldest.event.revision > last) break;
      this.#bytes -= oldest.bytes;
      count += 1;
    }
    const dropped = this.#all.slice(0, count).map(({ event }) => event);
    this.#all = this.#all.slice(count);
    for (const { resource, revision } of dropped) this.#forgotten.set(resource, revision);
    for (const resource of new Set(dropped.map((event) => event.resource))) {
      const own = this.#byResource.get(resource) ?? [];
      const kept = own.filter(({ revision }) => revision > this.oldestRevision(resource));
      if (kept.length > 0) this.#byResource.set(resource, kept);
      else this.#byResource.delete(resource);
    }
    for (const event of dropped) this.#onForgotten(event);
  }
}
