/**
 * What the server tells instructors, and does for them. Paths and refusals are as in `api.ts`.
 *
 * | method and path | answer |
 * |---|---|
 * | POST api/instructor/login `{token}` | 204 and a cookie |
 * | GET api/instructor/sessions | `InstructorRow[]` |
 * | GET api/instructor/start-link | `StartLinkView` |
 * | GET api/instructor/labs | `BrokenLab[]` |
 * | GET api/instructor/pools | `PoolView[]`, of labs that want sessions ready |
 * | GET api/instructor/events | server-sent `InstructorEvent`s; the first is `sessions`, then `changes` |
 * | GET api/instructor/screens, `?event=NAME` for those of an event | server-sent `ScreensEvent`s: the wall; the first has whole screens, then what changed |
 * | GET api/instructor/disk | `DiskView` |
 * | GET api/instructor/confinement | `ConfinementView` |
 * | POST api/instructor/sessions `{lab, count, minutes?, prefix?}` | 202 `SessionLink[]` |
 * | POST api/instructor/sessions/ID/extend `{minutes}`, DELETE api/instructor/sessions/ID | `InstructorRow`, 204 |
 * | POST api/instructor/sessions/ID/revoke-link | `SessionLink`, the new one; what the old one admitted is refused |
 * | POST api/instructor/orders `Order` | `OrderOutcome[]`, one for each session it is for |
 * | POST api/instructor/sessions/ID/help `{name}` | 204; says who comes; 409 SESSION_HELP_CHANGED where somebody else does |
 * | DELETE api/instructor/sessions/ID/help/taker, DELETE api/instructor/sessions/ID/help | 204; puts it back into the queue, and out of it |
 * | POST api/instructor/sessions/ID/guest `{name}` | `{id}`; asks the learner to let this browser type |
 * | DELETE api/instructor/sessions/ID/guest | 204; asks no more, and types no more |
 */

import type { Announcement } from "./announcement.js";
import type { SessionPhase } from "./api.js";
import type { Guest, HelpRequest } from "./help.js";

export interface InstructorRow {
  id: string;
  /** The name of whose session it is; absent where nobody has said one. */
  person?: string;
  /** The event it belongs to. */
  event?: string;
  lab: string;
  title: string;
  phase: SessionPhase;
  reason?: string;
  page: string;
  pageNumber: number;
  pages: number;
  /** The first step of that page that is not done; absent where none is left. */
  step?: { number: number; of: number };
  stepsDone: number;
  stepsFailed: number;
  steps: number;
  createdAt: string;
  /** Absent while nobody has opened the link of a session made in advance. */
  openedAt?: string;
  /** How long it lasts from its opening, without what was added since. */
  minutes: number;
  lastActivityAt: string;
  /** Until it was opened: how long its link is good. */
  expiresAt: string;
  linkRevision: number;
  /** Why the learner may need help; absent otherwise. */
  stuck?: string;
  /** Where: the step that failed so often, or the one help is asked for. */
  stuckAt?: { page: string; step: string };
  /** ISO 8601; its time stands still until then, which `expiresAt` takes in already. */
  pausedUntil?: string;
  /** What its learner was told last, and has answered. */
  announcement?: Announcement;
  /** What the learner has asked for and not got yet. */
  help?: HelpRequest;
  /** Who types in its terminals besides its learner, or has asked to. */
  guest?: Guest;
  link: string;
}

/** What terminals show, without colours. */
export type ScreensEvent =
  | {
      type: "screens";
      screens: ScreenChange[];
      /** Sessions that are shown no more. */
      gone: string[];
    }
  | { type: "ping" };

/** What of one session's screen is another than before; with another `count` of lines, those beyond are gone. */
export interface ScreenChange {
  session: string;
  columns: number;
  count: number;
  /** Places, from 0, and what stands there now. */
  lines: [number, string][];
}

/** How full the disk is that holds homes and results. While it is full, no session and no step is begun. */
export interface DiskView {
  freeBytes: number;
  freeFiles: number;
  isFull: boolean;
  /** Where it is full: the sessions that take most, largest first. */
  largest: { session: string; bytes: number }[];
}

/** Something Lectern stands on that cannot be used just now: the cluster, the database, the terminal host or the memory. */
export interface HealthProblem {
  name: string;
  problem: string;
  /** Of memory that is short: the sessions that take most, largest first. */
  largest?: { session: string; bytes: number }[];
}

/** How sessions are kept apart on the server's machine; the same from one start to the next. */
export interface ConfinementView {
  measures: {
    subject: string;
    /** Whether it holds for a session as a whole. */
    holds: boolean;
    /** What holds, in words for an operator. */
    text: string;
  }[];
}

/** The link that lets a browser start labs, and who may without it. */
export interface StartLinkView {
  link: string;
  start: StartRule;
}

/** Everybody who reaches the page, whoever has the link for it, whoever has signed in, or instructors only. */
export type StartRule = (typeof START_RULES)[number];
export const START_RULES = ["open", "link", "account", "instructor"] as const;

/** Sessions of a lab that are ready before anybody asks for them. */
export interface PoolView {
  lab: string;
  title: string;
  wanted: number;
  ready: number;
  /** Why no more are made, in sentences. */
  problem?: string;
}

/** What is done with many sessions at once. */
export interface Order {
  /**
   * Made by who gives it, 8 to 40 letters, digits, `-` and `_`: an order that is given again after its answer was lost gives time to those
   * alone that have not had it.
   */
  id?: string;
  /** All that live, those of an event, or those named. */
  to: { all: true } | { event: string } | { sessions: string[] };
  do: OrderAction;
}

export type OrderAction =
  | { type: "announce"; text: string; command?: string; asks?: true }
  /** Time stands still for so many minutes from now, in the place of what was said before. */
  | { type: "pause"; minutes: number }
  | { type: "resume" }
  | { type: "extend"; minutes: number }
  /** Ends them in so many minutes, and tells their learners; 0 is now. */
  | { type: "end"; minutes: number };

export interface OrderOutcome {
  id: string;
  /** ISO 8601; when it ends now, where the order was about that. */
  expiresAt?: string;
  /** Why it was not done; absent where it was. */
  problem?: string;
}

/** What who asks for `text/event-stream` is told while an order is carried out. */
export type OrderEvent =
  | { type: "begun"; sessions: number }
  | { type: "outcome"; outcome: OrderOutcome }
  | { type: "done" }
  | { type: "ping" };

export interface SessionLink {
  id: string;
  link: string;
}

export type InstructorEvent =
  | { type: "sessions"; rows: InstructorRow[] }
  /** What is different since the event before: rows in the place of those of the same sessions, and sessions that are gone. */
  | { type: "changes"; rows: InstructorRow[]; gone: string[] }
  /** The disk is full, or has room again; sent at the start where it is full. */
  | { type: "disk"; disk: DiskView }
  /** What cannot be used just now; sent at the start where there is something. */
  | { type: "health"; problems: HealthProblem[] }
  | { type: "ping" };
