import { setTimeout as sleep } from "node:timers/promises";
import type { SessionResource } from "../common/session.js";
import { type KubernetesClient, KubernetesError } from "../../kubernetes/node/kubernetes-client.js";
import { SESSIONS_PATH } from "./session-crd.js";
import { endSession, releaseSession } from "./sessions.js";

const POLL_MS = 500;
/** More deletions at once than that only wait for each other in the API server. */
const AT_ONCE = 8;

export interface RemovedSessions {
  ended: number;
  /** Those that no server let go of in time; what they had outside the cluster may be left. */
  forced: string[];
}

/**
 * Ends every session of the cluster and waits until none is left. Those that no server lets go of within `patienceMs` are let go of here.
 * Throws KubernetesError.
 */
export async function removeAllSessions(
  client: KubernetesClient,
  { patienceMs, signal }: { patienceMs: number; signal?: AbortSignal },
): Promise<RemovedSessions> {
  const found = await listSessions(client);
  const waiting = [...found];
  await Promise.all(
    Array.from({ length: AT_ONCE }, async () => {
      for (let session = waiting.pop(); session; session = waiting.pop()) await endSession(client, session);
    }),
  );
  const deadline = performance.now() + patienceMs;
  let left = await listSessions(client);
  while (left.length > 0 && performance.now() < deadline) {
    await sleep(POLL_MS, undefined, signal ? { signal } : {});
    left = await listSessions(client);
  }
  const forced = left.map(({ metadata }) => metadata.name);
  for (const name of forced) await releaseSession(client, name);
  return { ended: found.length, forced };
}

/** None where the cluster does not know the kind. */
async function listSessions(client: KubernetesClient): Promise<SessionResource[]> {
  try {
    return (await client.get<{ items: SessionResource[] }>(SESSIONS_PATH)).items;
  } catch (error) {
    if (error instanceof KubernetesError && error.status === 404) return [];
    throw error;
  }
}
