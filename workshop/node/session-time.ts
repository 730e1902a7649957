import { pausedUntil } from "../common/session-time.js";
import { type SessionResource, openedAtOf } from "../common/session.js";
import { changeSession } from "./change-session.js";
import { type RenewalParts, renewAccess } from "./renew-access.js";
import { SESSIONS_PATH } from "./session-crd.js";
import { type Renewing, getSession, renewalOf } from "./sessions.js";

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

/** Lets the session's time be over in so many minutes, unless it is before. Throws SESSION_NOT_FOUND. */
export function shortenSession(parts: Renewing, name: string, minutes: number): Promise<SessionResource> {
  return parts.turns.take(renewalOf(name), () =>
    changeSession(parts.client, name, ({ expiresAt }) => {
      const end = new Date(Date.now() + minutes * 60_000).toISOString();
      return end < expiresAt ? { expiresAt: end, pausedUntil: null } : undefined;
    }),
  );
}

async function pause(parts: RenewalParts, name: string, until: number | undefined): Promise<SessionResource> {
  const session = await getSession(parts.client, name);
  const now = Date.now();
  const wasUntil = pausedUntil(session.spec, now) ?? now;
  const more = (until ?? now) - wasUntil;
  // What nobody has opened has no time yet; it begins with the end of the pause.
  const isOpen = openedAtOf(session) !== undefined;
  const end = Date.parse(session.spec.expiresAt) + (isOpen ? more : 0);
  const spec = { ...session.spec, expiresAt: new Date(end).toISOString() };
  // First the token: time without access would be worth nothing.
  if (isOpen && more > 0) await renewAccess(parts, { ...session, spec });
  return parts.client.merge<SessionResource>(`${SESSIONS_PATH}/${name}`, {
    spec: {
      expiresAt: spec.expiresAt,
      pausedUntil: until === undefined ? null : new Date(until).toISOString(),
    },
  });
}
