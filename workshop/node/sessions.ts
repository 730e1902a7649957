import { randomInt, randomUUID } from "node:crypto";
import { WORKSHOP_ERRORS, WorkshopError } from "../common/errors.js";
import type { Lab } from "../common/lab.js";
import { labelOf } from "../common/page-name.js";
import {
  MAX_SESSION_NAME,
  SERVER_LABEL,
  SESSION_API_VERSION,
  type SessionResource,
  isSessionName,
} from "../common/session.js";
import { type CollectionListener, watchCollection } from "./collection-watch.js";
import { type KubernetesClient, KubernetesError } from "./kubernetes-client.js";
import { waitingSteps } from "./provisioning-steps.js";
import { issueToken, learnerKubeconfig, revokeTokens, tokenSecrets } from "./session-access.js";
import { SESSIONS_PATH } from "./session-crd.js";
import { removeNamespace } from "./session-namespace.js";
import type { SessionSettings } from "./session-environment.js";
import { freeUid, homeOf, writeKubeconfig } from "./session-home.js";

export interface NewSession {
  /** The whole name; made from `prefix` or the lab's name where absent. */
  name?: string;
  prefix?: string;
  /** The lab's own where absent. */
  minutes?: number;
  /** An organization shared by several sessions; the session's own where absent. */
  organization?: string;
  startedBy: "learner" | "instructor" | "validate";
  /** The server that looks after it; see `SERVER_LABEL`. */
  server?: string | undefined;
}

/** Times a new session moves to another account; with 20,000 of them one move is nearly always enough. */
const UID_MOVES = 10;

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
  const uid = freeUid(name, uidsOf(await listSessions(client)));
  const session: SessionResource = {
    apiVersion: SESSION_API_VERSION,
    kind: "Session",
    metadata: {
      name,
      ...(wanted.server === undefined ? {} : { labels: { [SERVER_LABEL]: wanted.server } }),
    },
    spec: {
      lab: lab.name,
      minutes,
      expiresAt: new Date(Date.now() + minutes * 60_000).toISOString(),
      namespace: name,
      organization: wanted.organization ?? name,
      startedBy: wanted.startedBy,
      ...(uid === undefined ? {} : { uid }),
    },
  };
  const created = await client.create<SessionResource>(SESSIONS_PATH, session);
  const settled = await settleUid(client, created);
  return { ...settled, status: { phase: "Pending", provisioning: waitingSteps() } };
}

/**
 * Sessions made at the same moment may have chosen the same account: of two, at least the one written down later sees the other
 * and moves, before anything of it exists.
 */
async function settleUid(client: KubernetesClient, session: SessionResource): Promise<SessionResource> {
  const { name } = session.metadata;
  let current = session;
  for (let move = 0; current.spec.uid !== undefined; move += 1) {
    const others = uidsOf((await listSessions(client)).filter(({ metadata }) => metadata.name !== name));
    if (!others.has(current.spec.uid)) break;
    if (move === UID_MOVES) {
      await client.remove(`${SESSIONS_PATH}/${name}`);
      const message = `The session ${name} found no account of its own in ${UID_MOVES} tries; try again, or end other sessions`;
      throw new WorkshopError(WORKSHOP_ERRORS.sessionProvisioningFailed, message);
    }
    // By chance and not by name: two that meet must not meet again where they move to.
    const uid = freeUid(randomUUID(), others);
    current = await client.merge<SessionResource>(`${SESSIONS_PATH}/${name}`, { spec: { uid } });
  }
  return current;
}

function uidsOf(sessions: readonly SessionResource[]): Set<number> {
  return new Set(sessions.flatMap(({ spec }) => spec.uid ?? []));
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

export async function listSessions(client: KubernetesClient): Promise<SessionResource[]> {
  return (await client.get<{ items: SessionResource[] }>(SESSIONS_PATH)).items;
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

/** Gives the session more time, and its learner a token that lasts as long. Throws SESSION_NOT_FOUND. */
export async function extendSession(
  client: KubernetesClient,
  name: string,
  minutes: number,
  settings: SessionSettings,
): Promise<SessionResource> {
  const session = await getSession(client, name);
  const from = Math.max(Date.parse(session.spec.expiresAt), Date.now());
  const spec = { expiresAt: new Date(from + minutes * 60_000).toISOString() };
  const extended = await client.merge<SessionResource>(`${SESSIONS_PATH}/${name}`, { spec });
  await renewAccess(client, extended, settings);
  return extended;
}

/** Replaces the learner's token by a new one; the old one ends. */
export async function renewAccess(
  client: KubernetesClient,
  session: SessionResource,
  settings: SessionSettings,
): Promise<void> {
  const old = await tokenSecrets(client, session);
  const kubeconfig = await learnerKubeconfig(client, session, await issueToken(client, session));
  await writeKubeconfig(homeOf(settings.homesFolder, session.metadata.name), kubeconfig, session.spec.uid);
  await revokeTokens(client, session, old);
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
