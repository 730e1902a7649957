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
 * | GET api/instructor/disk | `DiskView` |
 * | GET api/instructor/confinement | `ConfinementView` |
 * | POST api/instructor/sessions `{lab, count, minutes?, prefix?}` | 202 `SessionLink[]` |
 * | POST api/instructor/sessions/ID/extend `{minutes}`, DELETE api/instructor/sessions/ID | `InstructorRow`, 204 |
 * | POST api/instructor/sessions/ID/revoke-link | `SessionLink`, the new one; what the old one admitted is refused |
 */

import type { SessionPhase } from "./api.js";

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
  link: string;
}

/** How full the disk is that holds homes and results. While it is full, no session and no step is begun. */
export interface DiskView {
  freeBytes: number;
  freeFiles: number;
  isFull: boolean;
  /** Where it is full: the sessions that take most, largest first. */
  largest: { session: string; bytes: number }[];
}

/** Something Lectern stands on that cannot be used just now: the cluster, the database or the terminal host. */
export interface HealthProblem {
  name: string;
  problem: string;
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
  /** Why no more could be made; it is tried again. */
  problem?: string;
}

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
