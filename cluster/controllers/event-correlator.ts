import type { Clock } from "./clock.js";

/** As in client-go: from this many different messages of one kind on, within the interval, they become one event. */
const SIMILAR_EVENTS = 10;
const SIMILAR_INTERVAL_MS = 600_000;
/** As in client-go: an object may have this many events at once, and one more every five minutes. */
const BURST = 25;
const REFILL_MS = 300_000;
/** Records kept of each sort, least recently used first out. */
const MAX_RECORDS = 4096;
const COMBINED = "(combined from similar events): ";

/** What makes two events the same, apart from their message. */
export interface EventIdentity {
  /** The object the event is about and its source. */
  about: string;
  type: string;
  reason: string;
  /** The part of the object it is about; events of several parts may be combined, as client-go does. */
  part?: string;
}

export interface Correlated {
  /** Same for events that are one. */
  key: string;
  message: string;
  /** False for an event that would be one too many. */
  isAllowed: boolean;
}

/** Decides which events are repetitions of one event, so that a failing loop does not fill the cluster with them. */
export class EventCorrelator {
  readonly #clock: Clock;
  readonly #similar = new Map<string, { messages: Set<string>; lastMs: number }>();
  readonly #budgets = new Map<string, { tokens: number; lastMs: number }>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  correlate(identity: EventIdentity, message: string): Correlated {
    const { about, type, reason, part = "" } = identity;
    const isAllowed = this.#spend(about);
    const group = JSON.stringify([about, type, reason]);
    const messages = this.#messagesOf(group).add(message);
    if (messages.size < SIMILAR_EVENTS) return { key: `${group}${part}${message}`, message, isAllowed };
    const [oldest] = messages;
    if (oldest !== undefined) messages.delete(oldest);
    return { key: group, message: `${COMBINED}${message}`, isAllowed };
  }

  #messagesOf(group: string): Set<string> {
    const nowMs = this.#clock.now().getTime();
    const known = this.#similar.get(group);
    const record =
      known === undefined || nowMs - known.lastMs > SIMILAR_INTERVAL_MS
        ? { messages: new Set<string>() }
        : known;
    remember(this.#similar, group, { messages: record.messages, lastMs: nowMs });
    return record.messages;
  }

  #spend(about: string): boolean {
    const nowMs = this.#clock.now().getTime();
    const known = this.#budgets.get(about) ?? { tokens: BURST, lastMs: nowMs };
    const tokens = Math.min(BURST, known.tokens + (nowMs - known.lastMs) / REFILL_MS);
    const isAllowed = tokens >= 1;
    remember(this.#budgets, about, { tokens: isAllowed ? tokens - 1 : tokens, lastMs: nowMs });
    return isAllowed;
  }
}

/** Sets an entry as the most recent one and forgets the oldest beyond the bound. */
export function remember<T>(records: Map<string, T>, key: string, value: T): void {
  records.delete(key);
  records.set(key, value);
  if (records.size <= MAX_RECORDS) return;
  const [oldest] = records.keys();
  if (oldest !== undefined) records.delete(oldest);
}
