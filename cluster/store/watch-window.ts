import type { ApiObject } from "../api/object.js";

/** One change of one object; `revision` is its place in the global order. */
export interface StoreEvent {
  type: "ADDED" | "MODIFIED" | "DELETED";
  object: ApiObject;
  previous?: ApiObject;
  revision: number;
}

/** Changes kept per resource for watchers that resume; older ones answer 410 Gone. */
export const WATCH_WINDOW_EVENTS = 2000;

/** The recent changes of one resource, oldest first. */
export class WatchWindow {
  readonly #events: StoreEvent[] = [];
  #completeSince: number;

  /** `since`: the revision after which this window has seen every change. */
  constructor(since: number) {
    this.#completeSince = since;
  }

  add(event: StoreEvent): void {
    this.#events.push(event);
    if (this.#events.length <= WATCH_WINDOW_EVENTS * 2) return;
    const dropped = this.#events.splice(0, WATCH_WINDOW_EVENTS);
    this.#completeSince = dropped.at(-1)?.revision ?? this.#completeSince;
  }

  /** The changes after `revision`, or `undefined` when some of them are no longer known. */
  after(revision: number): StoreEvent[] | undefined {
    if (revision < this.#completeSince) return undefined;
    return this.#events.filter((event) => event.revision > revision);
  }

  get oldestRevision(): number {
    return this.#completeSince;
  }
}
