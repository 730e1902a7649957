import { afterOtherEnd } from "../common/announcement.js";
import { pausedUntil } from "../common/session-time.js";
import { type SessionResource, type SessionSpec, openedAtOf } from "../common/session.js";
import { changeSession } from "./change-session.js";
import { type RenewalParts, renewAccess } from "./renew-access.js";
import { SESSIONS_PATH } from "./session-crd.js";
import { type Renewing, beginTime, getSession, renewalOf } from "./sessions.js";

/**
 * Lets the session's time stand still until then, in the place of what was said before, or go on where it is `undefined`. Throws
 * SESSION_NOT_FOUND, SESSION_KUBECONFIG_UNUSABLE.
 */
export function pauseSession(
  parts: Renewing,
  name: string,
  until: number | undefined,
): Promise<SessionResource> {
  return parts.turns.take(renewalOf(name), () => pause(parts, name, until));
}

/**
 * Lets the session's time be over in so many minutes, unless it is before. One that nobody has opened has no time to be over; its time
 * counts from now on, so that opening it gives no more. Throws SESSION_NOT_FOUND.
 */
export function shortenSession(parts: Renewing, name: string, minutes: number): Promise<SessionResource> {
  return parts.turns.take(renewalOf(name), async () => {
    const shortened = await changeSession(parts.client, name, (spec) => {
      const now = Date.now();
      const end = moment(now + minutes * 60_000);
      // Also of one that ends before: its learner must not put that off beyond.
      return { isEndSet: true, ...(end < spec.expiresAt && { expiresAt: end, ...endOfPause(spec, now) }) };
    });
    if (openedAtOf(shortened) !== undefined) return shortened;
    // Last: whoever dies in between leaves a session that can be shortened again.
    return beginTime(parts.client, name, Date.now());
  });
}

async function pause(parts: RenewalParts, name: string, until: number | undefined): Promise<SessionResource> {
  const session = await getSession(parts.client, name);
  const now = Date.now();
  const wasUntil = pausedUntil(session.spec, now) ?? now;
  const change = until === undefined ? endOfPause(session.spec, now) : { pausedUntil: moment(until) };
  // What nobody has opened has no time yet; it begins with the end of the pause.
  const isOpen = openedAtOf(session) !== undefined;
  const more = isOpen ? (until ?? now) - wasUntil : 0;
  const end = Date.parse(session.spec.expiresAt) + more;
  const pausedMs = Math.max(0, (session.spec.pausedMs ?? 0) + more);
  const spec = { ...session.spec, expiresAt: moment(end) };
  // First the token: time without access would be worth nothing.
  if (more > 0) await renewAccess(parts, { ...session, spec });
  return parts.client.merge<SessionResource>(`${SESSIONS_PATH}/${name}`, {
    spec: { expiresAt: spec.expiresAt, pausedMs, ...change, ...afterOtherEnd(spec.announcement) },
  });
}

/** A pause that ends now is kept as one that is over: who did nothing in it had nothing to do, and is not stuck. */
function endOfPause(spec: SessionSpec, now: number): Pick<SessionSpec, "pausedUntil"> {
  return pausedUntil(spec, now) === undefined ? {} : { pausedUntil: moment(now) };
}

function moment(at: number): string {
  return new Date(at).toISOString();
}
