import { afterOtherEnd } from "../common/announcement.js";
import { pausedUntil } from "../common/session-time.js";
import type { KubernetesClient } from "../../kubernetes/node/kubernetes-client.js";
import { type Patch, type SessionResource, type SessionSpec, openedAtOf } from "../common/session.js";
import { changeSession } from "./change-session.js";
import { type RenewalParts, renewAccess } from "./renew-access.js";
import { type Renewing, beginTime, getSession, renewalOf } from "./sessions.js";
import { sessionClock } from "./session-clock.js";

/** Orders that a session knows to have had: several instructors may give one at once, and each again after a lost answer. */
const KNOWN_ORDERS = 8;

export interface Extension {
  minutes: number;
  /** Id of the order; a session that has had it already is not given the time again. */
  order?: string | undefined;
  /** Called with the session as it is at its turn; throws where it may not have more. */
  check?: (session: SessionResource) => void;
}

/**
 * Gives the session more time, and its learner a token that lasts as long. Throws SESSION_NOT_FOUND, SESSION_KUBECONFIG_UNUSABLE, and
 * what `check` throws.
 */
export function extendSession(parts: Renewing, name: string, extension: Extension): Promise<SessionResource> {
  return parts.turns.take(renewalOf(name), () => extend(parts, name, extension));
}

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
      const now = sessionClock.now();
      const end = moment(now + minutes * 60_000);
      // Also of one that ends before: its learner must not put that off beyond.
      return { isEndSet: true, ...(end < spec.expiresAt && { expiresAt: end, ...endOfPause(spec, now) }) };
    });
    if (openedAtOf(shortened) !== undefined) return shortened;
    // Last: whoever dies in between leaves a session that can be shortened again.
    return beginTime(parts.client, name, sessionClock.now());
  });
}

async function extend(
  parts: RenewalParts,
  name: string,
  { minutes, order, check }: Extension,
): Promise<SessionResource> {
  const { client } = parts;
  const session = await getSession(client, name);
  const { extendedBy = [] } = session.spec;
  if (order !== undefined && extendedBy.includes(order)) return session;
  check?.(session);
  const change =
    order === undefined
      ? { isEndSet: null }
      : { isEndSet: null, extendedBy: [...extendedBy, order].slice(-KNOWN_ORDERS) };
  if (openedAtOf(session) === undefined)
    return changeEnd(client, name, (spec) => ({ minutes: spec.minutes + minutes, ...change }));
  const from = Math.max(Date.parse(session.spec.expiresAt), sessionClock.latest());
  const expiresAt = moment(from + minutes * 60_000);
  // First the token: time without access would be worth nothing.
  await renewAccess(parts, { ...session, spec: { ...session.spec, expiresAt } });
  return changeEnd(client, name, () => ({ expiresAt, ...change }));
}

/** Takes back what its learner was told of the end, and nothing that they were told since the session was read: that has no turn to wait for. */
function changeEnd(
  client: KubernetesClient,
  name: string,
  change: (spec: SessionSpec) => Patch<SessionSpec>,
): Promise<SessionResource> {
  return changeSession(client, name, (spec) => ({ ...change(spec), ...afterOtherEnd(spec.announcement) }));
}

async function pause(parts: RenewalParts, name: string, until: number | undefined): Promise<SessionResource> {
  const session = await getSession(parts.client, name);
  const now = sessionClock.now();
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
  return changeEnd(parts.client, name, () => ({ expiresAt: spec.expiresAt, pausedMs, ...change }));
}

/** A pause that ends now is kept as one that is over: who did nothing in it had nothing to do, and is not stuck. */
function endOfPause(spec: SessionSpec, now: number): Pick<SessionSpec, "pausedUntil"> {
  return pausedUntil(spec, now) === undefined ? {} : { pausedUntil: moment(now) };
}

function moment(at: number): string {
  return new Date(at).toISOString();
}
