import { createHash } from "node:crypto";
import { lstat, readdir } from "node:fs/promises";
import { join } from "node:path";
import type { Lab } from "../common/lab.js";
import { MADE_OF_ANNOTATION, type SessionResource, UNOPENED_KEPT_MS, isPooled } from "../common/session.js";
import { type KubernetesClient, KubernetesError } from "../../kubernetes/node/kubernetes-client.js";
import { type EventOwner, ownedBy } from "./event-owner.js";
import { addressOf } from "./session-access.js";
import { SESSIONS_PATH } from "./session-crd.js";
import { type SessionSettings, reachedBy } from "./session-environment.js";
import { sessionClock } from "./session-clock.js";

/** Who gets a session that is ready. */
export interface Claim {
  startedBy: "learner" | "instructor";
  /** The lab's own where absent. */
  minutes?: number;
  /** Whose member gets it; nobody's where absent. */
  event?: EventOwner;
}

/** Times a claim is tried anew because the object has changed meanwhile, as its status does. */
const CLAIM_TRIES = 5;
/** One that is about to end is not handed out: its end may be under way. */
const MARGIN_MS = 60_000;

/**
 * Makes the session the one of whoever asks, where it is still ready and nobody's: of two at once only one gets it. Nothing where it is
 * somebody's already. It has no access to the cluster yet; `SessionProvisioner.complete` gives it.
 */
export async function claimSession(
  client: KubernetesClient,
  pooled: SessionResource,
  { startedBy, minutes, event }: Claim,
): Promise<SessionResource | undefined> {
  const path = `${SESSIONS_PATH}/${pooled.metadata.name}`;
  let session: SessionResource | undefined = pooled;
  for (let tried = 0; tried < CLAIM_TRIES; tried += 1) {
    if (!isFree(session) || session.metadata.uid !== pooled.metadata.uid) return undefined;
    const lasts = minutes ?? session.spec.minutes;
    const keptMs = startedBy === "instructor" ? UNOPENED_KEPT_MS : lasts * 60_000;
    const spec = {
      startedBy,
      minutes: lasts,
      expiresAt: new Date(sessionClock.latest() + keptMs).toISOString(),
    };
    const { resourceVersion } = session.metadata;
    try {
      return await client.merge<SessionResource>(path, {
        metadata: { resourceVersion, ...ownedBy(event) },
        spec,
      });
    } catch (error) {
      if (!isStatus(error, 404) && !isStatus(error, 409)) throw error;
      session = await client.get<SessionResource>(path).catch((missing: unknown) => {
        if (isStatus(missing, 404)) return undefined;
        throw missing;
      });
      if (session === undefined) return undefined;
    }
  }
  return undefined;
}

/** Whether the session may be handed out: ready, nobody's, and not about to end. */
export function isFree(session: SessionResource): boolean {
  const isReady = session.status?.phase === "Ready" && session.metadata.deletionTimestamp === undefined;
  return isReady && isPooled(session) && Date.parse(session.spec.expiresAt) > sessionClock.now() + MARGIN_MS;
}

/** Ends a session that waits for nobody any more, unless somebody has got it meanwhile. */
export async function discardSession(client: KubernetesClient, { metadata }: SessionResource): Promise<void> {
  const { name, uid, resourceVersion } = metadata;
  await client.remove(`${SESSIONS_PATH}/${name}`, uid, resourceVersion);
}

/** What the session was made of, as `madeOf` said it then. */
export function wasMadeOf({ metadata }: SessionResource): string | undefined {
  return metadata.annotations?.[MADE_OF_ANNOTATION];
}

/** Another text for everything that a ready session of the lab would hold or know differently if it were made now. */
export async function madeOf(lab: Lab, client: KubernetesClient, settings: SessionSettings): Promise<string> {
  const surroundings = [
    addressOf(client),
    settings.urlOf(""),
    settings.ingressDomain,
    settings.furtherCluster,
    settings.environment,
    reachedBy(lab, settings),
  ];
  return createHash("sha256")
    .update(JSON.stringify([await contentOf(lab), surroundings]))
    .digest("hex");
}

const contents = new WeakMap<Lab, Promise<string>>();

/** Looked at once: a lab whose files change is read anew, into another object. */
function contentOf(lab: Lab): Promise<string> {
  const known = contents.get(lab);
  if (known !== undefined) return known;
  const content = readContent(lab);
  contents.set(lab, content);
  content.catch(() => contents.delete(lab));
  return content;
}

async function readContent(lab: Lab): Promise<string> {
  const { homeFiles } = lab.source;
  const files = homeFiles === undefined ? [] : await stampsBelow(homeFiles);
  // How many there are to be says nothing of what is in them.
  return JSON.stringify([{ ...lab, pool: undefined }, files]);
}

async function stampsBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true });
  const stamps = await Promise.all(
    entries.map(async (entry) => {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) return stampsBelow(path);
      const { mtimeMs, size, mode } = await lstat(path);
      return [`${path} ${mtimeMs} ${size} ${mode}`];
    }),
  );
  return stamps.flat();
}

function isStatus(error: unknown, status: number): boolean {
  return error instanceof KubernetesError && error.status === status;
}
