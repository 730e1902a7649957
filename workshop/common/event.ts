import type { EventStaff } from "./event-staff.js";
import { SESSION_GROUP, SESSION_VERSION } from "./session.js";

export const EVENT_PLURAL = "events";
export const EVENT_API_VERSION = `${SESSION_GROUP}/${SESSION_VERSION}`;
/** Label on a session that was given to somebody of an event; the value is the event's name. */
export const EVENT_LABEL = "lectern.dev/event";

/** More people than one server runs sessions for at once. */
export const MAX_SEATS = 500;
/** People who may wait for a seat of one event. */
export const MAX_WAITING = 500;
/** How long a seat is kept for who has waited for it and does not come; the next one gets it then. */
export const SEAT_KEPT_MINUTES = 10;
/** Learners of a rehearsal at once; each runs every command of the lab as fast as the machine lets them. */
export const MAX_REHEARSING = 50;
export const MIN_CODE = 4;
export const MAX_CODE = 64;

/** The custom resource of a workshop's day; cluster-scoped. Who takes part stands in no object. */
export interface EventResource {
  apiVersion: string;
  kind: "Event";
  metadata: {
    name: string;
    uid?: string;
    generation?: number;
    resourceVersion?: string;
    creationTimestamp?: string | Date;
    annotations?: Record<string, string>;
  };
  spec: EventSpec;
}

/** What the event's people and their sessions are known by. */
export function uidOf({ metadata: { name, uid } }: EventResource): string {
  return uid ?? name;
}

export interface EventSpec extends EventStaff {
  lab: string;
  /** ISO 8601; nobody gets in before. */
  from: string;
  /** ISO 8601; nobody gets in from then on. */
  until: string;
  seats: number;
  /** How long a session lasts from its first opening; until the event ends where absent. */
  minutes?: number;
  /** What the room is told, and asked for besides the link. */
  code?: string;
  /** Whether people are asked at the end how it was; they are where absent. */
  feedback?: boolean;
}

/** Whether people of the event are asked at the end how it was. */
export function asksFeedback({ feedback = true }: Pick<EventSpec, "feedback">): boolean {
  return feedback;
}

export type EventPhase = "early" | "open" | "over";

/** Whether the event is still to come, on, or over, at a time in epoch milliseconds. */
export function eventPhase({ from, until }: Pick<EventSpec, "from" | "until">, now: number): EventPhase {
  if (now < Date.parse(from)) return "early";
  return now < Date.parse(until) ? "open" : "over";
}

/** How long a session lasts that is opened at that time: the event's minutes, else until its end; at least one. */
export function sessionMinutes({ minutes, until }: EventSpec, now: number): number {
  return minutes ?? Math.max(1, Math.ceil((Date.parse(until) - now) / 60_000));
}

/** True for a DNS label of at most 40 characters, which fits an address and a label. */
export function isEventName(name: string): boolean {
  return name.length <= 40 && /^[a-z]([a-z0-9-]*[a-z0-9])?$/.test(name);
}
