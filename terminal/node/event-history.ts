import { randomUUID } from "node:crypto";
import type { EventsAnswer, EventsPlace } from "../common/host-frames.js";
import type { TerminalEvent } from "../common/session-host.js";

/** Of the events that can be told again; a class of a hundred makes as many in some minutes. */
const KEPT_EVENTS = 2_000;

/**
 * What has happened in the terminals of one host, for whoever did not hear it because their connection was away. Ends of commands are not
 * kept: they are told by the answer to the call, which is asked for again.
 */
export class EventHistory {
  readonly #host = randomUUID();
  readonly #kept: { at: number; event: TerminalEvent }[] = [];
  #at = 0;

  /** Returns the event's number. */
  add(event: TerminalEvent): number {
    this.#at += 1;
    if (event.type === "command-finished") return this.#at;
    this.#kept.push({ at: this.#at, event });
    if (this.#kept.length > KEPT_EVENTS) this.#kept.shift();
    return this.#at;
  }

  /** What came after a place; nothing where the place is another host's, or none is given. */
  since(place: EventsPlace | undefined): EventsAnswer {
    const missed = place?.host === this.#host ? this.#kept.filter(({ at }) => at > place.at) : [];
    return { host: this.#host, at: this.#at, missed };
  }
}
