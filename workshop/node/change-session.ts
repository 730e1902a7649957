import { pauseAfterConflict } from "../../kubernetes/node/conflict-pause.js";
import type { SessionResource, SpecChange } from "../common/session.js";
import { type KubernetesClient, KubernetesError } from "../../kubernetes/node/kubernetes-client.js";
import { SESSIONS_PATH } from "./session-crd.js";
import { getSession } from "./sessions.js";

/** Times a change is worked out anew because somebody changed the session meanwhile. */
const TRIES = 10;

/**
 * Changes what a session is asked to be, by what it is now: of two who change it at once, whichever server they reach, the second sees
 * what the first has done. Throws SESSION_NOT_FOUND, and what the change throws.
 */
export async function changeSession(
  client: KubernetesClient,
  name: string,
  change: SpecChange,
): Promise<SessionResource> {
  for (let tried = 1; ; tried += 1) {
    const session = await getSession(client, name);
    const spec = change(session.spec);
    if (spec === undefined) return session;
    const { resourceVersion } = session.metadata;
    try {
      return await client.merge<SessionResource>(`${SESSIONS_PATH}/${name}`, {
        metadata: { resourceVersion },
        spec,
      });
    } catch (error) {
      if (!(error instanceof KubernetesError) || error.status !== 409 || tried === TRIES) throw error;
    }
    await pauseAfterConflict(tried - 1);
  }
}
