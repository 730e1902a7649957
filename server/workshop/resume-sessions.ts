import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { phaseOf } from "../../workshop/common/session.js";
import type { SessionResource } from "../../workshop/common/session.js";
import { homeOf } from "../../workshop/node/session-home.js";
import { renewAccess } from "../../workshop/node/sessions.js";
import { makeSession } from "./create-workshop.js";
import type { WorkshopParts } from "./create-workshop.js";

/** Goes on where the server before this one stopped: sessions half made, steps half run, kubeconfigs of an older address. */
export async function resumeSessions(parts: WorkshopParts): Promise<void> {
  const { cache, labs, log } = parts;
  const sessions = cache.all();
  tidy(parts, sessions);
  for (const session of sessions) {
    const lab = labs.get(session.spec.lab);
    const phase = phaseOf(session, Date.now());
    if (lab === undefined)
      log.warn({ session: session.metadata.name, lab: session.spec.lab }, "the lab of a session is not here");
    else if (phase === "Pending") void makeSession(parts, session, lab);
    else if (phase === "Active") await refreshAccess(parts, session);
  }
  await parts.steps.resume((name) => {
    const session = cache.get(name);
    const lab = session && labs.get(session.spec.lab);
    return session && lab && { session, lab };
  });
}

/** Nothing depends on it: a full disk must not keep the server from starting. */
function tidy({ activity, log }: WorkshopParts, sessions: readonly SessionResource[]): void {
  try {
    activity.keepOnly(sessions.map(({ metadata }) => metadata.name));
  } catch (error) {
    log.warn({ err: error }, "the records of sessions that are gone stay for now");
  }
}

async function refreshAccess(
  { client, settings, log }: WorkshopParts,
  session: SessionResource,
): Promise<void> {
  const { name } = session.metadata;
  const server = client.config.getCurrentCluster()?.server ?? "";
  try {
    const kubeconfig = await readFile(join(homeOf(settings.homesFolder, name), ".kube/config"), "utf8");
    if (!kubeconfig.includes(server)) await renewAccess(client, session, settings);
  } catch (error) {
    log.warn({ err: error, session: name }, "the learner's kubeconfig could not be checked");
  }
}
