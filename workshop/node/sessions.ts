import { randomInt } from "node:crypto";
import { pauseAfterConflict } from "../../kubernetes/node/conflict-pause.js";
import { WORKSHOP_ERRORS, WorkshopError } from "../common/errors.js";
import type { Lab } from "../common/lab.js";
import { labelOf } from "../common/page-name.js";
import {
  API_SERVER_ANNOTATION,
  MADE_OF_ANNOTATION,
  MAX_SESSION_NAME,
  OWN_CLUSTER_NAMESPACE,
  REHEARSAL_LABEL,
  SERVER_LABEL,
  SESSION_API_VERSION,
  SESSION_FINALIZER,
  type SessionResource,
  UNOPENED_KEPT_MS,
  isSessionName,
  linkRevisionOf,
  openedAtOf,
} from "../common/session.js";
import { pausedUntil } from "../common/session-time.js";
import { type CollectionListener, watchCollection } from "../../kubernetes/node/collection-watch.js";
import { type KubernetesClient, KubernetesError } from "../../kubernetes/node/kubernetes-client.js";
import { waitingSteps } from "./provisioning-steps.js";
import { type EventOwner, ownedBy } from "./event-owner.js";
import { type RenewalParts, isReachedAt, renewAccess } from "./renew-access.js";
import { addressOf } from "./session-access.js";
import { SESSIONS_PATH } from "./session-crd.js";
import { removeNamespace } from "./session-namespace.js";
import type { TurnTaking } from "./turns.js";
import { sessionClock } from "./session-clock.js";

export interface NewSession {
  /** The whole name; made from `prefix` or the lab's name where absent. */
  name?: string;
  prefix?: string;
  /** The lab's own where absent. */
  minutes?: number;
  /** An organization shared by several sessions; the session's own where absent. */
  organization?: string;
  startedBy: "learner" | "instructor" | "validate" | "pool";
  /** What a session is made of that is to be ready before anybody asks; see `MADE_OF_ANNOTATION`. */
  madeOf?: string;
  /** The server that looks after it; see `SERVER_LABEL`. */
  server?: string | undefined;
  /** Whose member gets it; nobody's where absent. */
  event?: EventOwner;
  /** The server process whose rehearsal replays the lab in it; see `REHEARSAL_LABEL`. */
  rehearsal?: string | undefined;
}

/** How long a session is kept that nobody has opened; its own time where nothing is said. One that is ready is made anew after a day. */
const KEPT_MS: Partial<Record<NewSession["startedBy"], number>> = {
  instructor: UNOPENED_KEPT_MS,
  pool: 24 * 3600 * 1000,
};

/** Writes down that a session is wanted; `SessionProvisioner.provision` makes it. Throws SESSION_NAME_INVALID. */
export async function createSession(
  client: KubernetesClient,
  lab: Lab,
  wanted: NewSession,
): Promise<SessionResource> {
  const name = wanted.name ?? randomName(wanted.prefix ?? lab.name);
  if (!isSessionName(name))
    throw new WorkshopError(
      WORKSHOP_ERRORS.sessionNameInvalid,
      `"${name}" cannot name a session: use small letters, digits and hyphens, at most ${MAX_SESSION_NAME}, beginning with a letter`,
    );
  const minutes = wanted.minutes ?? lab.minutes;
  const keptMs = KEPT_MS[wanted.startedBy] ?? minutes * 60_000;
  const { labels: eventLabels = {}, ...owner } = ownedBy(wanted.event);
  const session: SessionResource = {
    apiVersion: SESSION_API_VERSION,
    kind: "Session",
    metadata: {
      name,
      ...owner,
      labels: {
        ...eventLabels,
        ...(wanted.server === undefined ? {} : { [SERVER_LABEL]: wanted.server }),
        ...(wanted.rehearsal === undefined ? {} : { [REHEARSAL_LABEL]: wanted.rehearsal }),
      },
      annotations: {
        [API_SERVER_ANNOTATION]: addressOf(client),
        ...(wanted.madeOf === undefined ? {} : { [MADE_OF_ANNOTATION]: wanted.madeOf }),
      },
      ...(isEndedByController(wanted) && { finalizers: [SESSION_FINALIZER] }),
    },
    spec: {
      lab: lab.name,
      ...(lab.revision === undefined ? {} : { labRevision: lab.revision }),
      minutes,
      expiresAt: new Date(sessionClock.latest() + keptMs).toISOString(),
      namespace: lab.cluster === "own" ? OWN_CLUSTER_NAMESPACE : name,
      ...(lab.cluster === undefined ? {} : { cluster: lab.cluster }),
      organization: wanted.organization ?? name,
      startedBy: wanted.startedBy,
    },
  };
  const created = await client.create<SessionResource>(SESSIONS_PATH, session);
  return { ...created, status: { phase: "Pending", provisioning: waitingSteps(lab.cluster === "own") } };
}

/** A validation keeps nothing beyond its own process: whoever kills it must not find sessions that never end. A rehearsal's server lives on. */
function isEndedByController({ startedBy, rehearsal }: NewSession): boolean {
  return startedBy !== "validate" || rehearsal !== undefined;
}

/** Throws SESSION_NOT_FOUND. */
export async function getSession(client: KubernetesClient, name: string): Promise<SessionResource> {
  const found = await findSession(client, name);
  if (found) return found;
  throw new WorkshopError(
    WORKSHOP_ERRORS.sessionNotFound,
    `There is no session "${name}"; it has ended, or never began`,
  );
}

async function findSession(client: KubernetesClient, name: string): Promise<SessionResource | undefined> {
  if (!isSessionName(name)) return undefined;
  try {
    return await client.get<SessionResource>(`${SESSIONS_PATH}/${name}`);
  } catch (error) {
    if (error instanceof KubernetesError && error.status === 404) return undefined;
    throw error;
  }
}

/** Tells of every session and every change until the signal fires. */
export function watchSessions(
  client: KubernetesClient,
  listener: CollectionListener<SessionResource>,
  signal: AbortSignal,
): Promise<void> {
  return watchCollection<SessionResource>(client, SESSIONS_PATH, listener, signal);
}

/** Ends the session: one delete, and everything it owns follows, its namespace at once. True where there was one. */
export async function endSession(
  client: KubernetesClient,
  session: SessionResource | string,
): Promise<boolean> {
  const found = typeof session === "string" ? await findSession(client, session) : session;
  if (!found) return false;
  const wasThere = await client.remove(`${SESSIONS_PATH}/${found.metadata.name}`, found.metadata.uid);
  await removeNamespace(client, found);
  return wasThere;
}

/** Times a finalizer is taken off anew because somebody changed the session meanwhile. */
const RELEASE_TRIES = 5;

/** Lets go of a session that is being deleted: nothing of it is left on this machine. */
export async function releaseSession(client: KubernetesClient, name: string): Promise<void> {
  for (let tried = 1; ; tried += 1) {
    const found = await findSession(client, name);
    const { finalizers = [], resourceVersion } = found?.metadata ?? {};
    if (!found || !finalizers.includes(SESSION_FINALIZER)) return;
    const left = finalizers.filter((finalizer) => finalizer !== SESSION_FINALIZER);
    try {
      await client.merge(`${SESSIONS_PATH}/${name}`, { metadata: { finalizers: left, resourceVersion } });
      return;
    } catch (error) {
      const { status } = error as Partial<KubernetesError>;
      if (status === 404) return;
      if (status !== 409 || tried === RELEASE_TRIES) throw error;
    }
    await pauseAfterConflict(tried - 1);
  }
}

/** Whether the server looks after the session, of several on one cluster; one without a mark is older than the mark. */
export function isOwn({ metadata }: SessionResource, server: string | undefined): boolean {
  return (metadata.labels?.[SERVER_LABEL] ?? server) === server;
}

/** Lets the time of a session made in advance begin; does nothing where it has. Throws SESSION_NOT_FOUND. */
export function openSession({ client, turns }: Opening, name: string): Promise<SessionResource> {
  return turns.take(renewalOf(name), () => open(client, name));
}

async function open(client: KubernetesClient, name: string): Promise<SessionResource> {
  const session = await getSession(client, name);
  if (openedAtOf(session) !== undefined) return session;
  const path = `${SESSIONS_PATH}/${name}`;
  const now = sessionClock.latest();
  const from = pausedUntil(session.spec, now) ?? now;
  const expiresAt = new Date(from + session.spec.minutes * 60_000).toISOString();
  await client.merge(path, { spec: { expiresAt, pausedMs: from - now } });
  // Last: whoever dies in between leaves a session whose time begins when it is opened again.
  return beginTime(client, name, now);
}

/** Writes down since when the session's time counts, in epoch milliseconds. */
export function beginTime(client: KubernetesClient, name: string, at: number): Promise<SessionResource> {
  return client.merge<SessionResource>(`${SESSIONS_PATH}/${name}/status`, {
    status: { openedAt: new Date(at).toISOString() },
  });
}

export interface Renewing extends RenewalParts {
  /** Of the changes to one session's time and access: two at once would lose one's time, and each end the other's token. */
  turns: TurnTaking;
}

type Opening = Pick<Renewing, "client" | "turns">;

/** Lets the learner's kubeconfig name the cluster where it is now. Throws SESSION_NOT_FOUND, SESSION_KUBECONFIG_UNUSABLE. */
export function followCluster(parts: Renewing, name: string): Promise<void> {
  return parts.turns.take(renewalOf(name), async () => {
    const session = await getSession(parts.client, name);
    if (!isReachedAt(session, parts)) await renewAccess(parts, session);
  });
}

/** The turn of changes to the session's time and access. */
export function renewalOf(name: string): string {
  return `renew ${name}`;
}

/** Makes the session's link, and whom it admitted, worth nothing; there is another one from now on. Throws SESSION_NOT_FOUND. */
export async function revokeLink(client: KubernetesClient, name: string): Promise<SessionResource> {
  const { spec } = await getSession(client, name);
  const linkRevision = linkRevisionOf(spec) + 1;
  return client.merge<SessionResource>(`${SESSIONS_PATH}/${name}`, { spec: { linkRevision } });
}

/** Without vowels and look-alikes, so that a name is never a word and can be read aloud. */
const ALPHABET = "bcdfghjkmnpqrstvwxz23456789";
const RANDOM_CHARACTERS = 6;

function randomName(prefix: string): string {
  const random = Array.from({ length: RANDOM_CHARACTERS }, () => ALPHABET[randomInt(ALPHABET.length)]).join(
    "",
  );
  const label = labelOf(prefix).replace(/^[^a-z]+/, "") || "lab";
  return `${label.slice(0, MAX_SESSION_NAME - RANDOM_CHARACTERS - 1).replace(/-+$/, "")}-${random}`;
}
