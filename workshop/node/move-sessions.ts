import { type SessionResource, openedAtOf } from "../common/session.js";
import { changeSession } from "./change-session.js";
import { renewAccess } from "./renew-access.js";
import { type Renewing, getSession, renewalOf } from "./sessions.js";

/** A jump of the machine's clock. */
export interface Jump {
  /** The process that has seen it. */
  by: string;
  /** When that was, by the clock as it was set. */
  at: number;
  ms: number;
  /** The time before it, as it would be now. */
  before: number;
}

/** Orders that a session knows to have had. */
const KNOWN_ORDERS = 8;
/** Two processes see one jump within this time, and as far by less than what is none. */
const SAME = { atMs: 60_000, byMs: 10_000 };
const MARK = /^clock ([0-9a-f-]+) (\d+) (-?\d+)$/;

/**
 * Moves the session's end, and that of its pause, by a jump of the clock, so that its learner has the time that was left; one whose time
 * was over before stays so. Throws SESSION_NOT_FOUND.
 */
export async function moveSession(parts: Renewing, name: string, jump: Jump): Promise<void> {
  await parts.turns.take(renewalOf(name), () =>
    changeSession(parts.client, name, ({ expiresAt, extendedBy = [], pausedUntil: until }) => {
      if (knows(extendedBy, jump) || Date.parse(expiresAt) <= jump.before) return undefined;
      return {
        expiresAt: moved(expiresAt, jump),
        ...(until !== undefined && { pausedUntil: moved(until, jump) }),
        extendedBy: [...extendedBy, markOf(jump)].slice(-KNOWN_ORDERS),
      };
    }),
  );
}

/** Gives the learner a token that lasts as long as the session that was moved on. Throws SESSION_NOT_FOUND, SESSION_KUBECONFIG_UNUSABLE. */
export async function renewMoved(parts: Renewing, name: string): Promise<void> {
  await parts.turns.take(renewalOf(name), async () =>
    renewAccess(parts, await getSession(parts.client, name)),
  );
}

/** Whether its learner has a token whose end does not move with the session's. */
export function hasAccess(session: SessionResource): boolean {
  return session.status?.phase === "Active" && openedAtOf(session) !== undefined;
}

/** Whether the session was moved by the jump, by this process or by one that led before and has seen the same. */
export function isMoved({ spec: { extendedBy = [] } }: SessionResource, jump: Jump): boolean {
  return knows(extendedBy, jump);
}

/** What a session that was moved by the jump knows it by. */
function markOf({ by, at, ms }: Jump): string {
  return `clock ${by} ${String(at)} ${String(ms)}`;
}

/** Whether a session was moved by the jump, by this process or by one that led before it and has seen the same. */
function knows(marks: readonly string[], jump: Jump): boolean {
  if (marks.includes(markOf(jump))) return true;
  const [, by, at, ms] = marks.map((mark) => MARK.exec(mark)).findLast((found) => found !== null) ?? [];
  if (by === undefined || by === jump.by) return false;
  return Math.abs(Number(at) - jump.at) < SAME.atMs && Math.abs(Number(ms) - jump.ms) < SAME.byMs;
}

function moved(at: string, { ms }: Jump): string {
  return new Date(Date.parse(at) + ms).toISOString();
}
