import { isPooled, labKeyOf, phaseOf } from "../../workshop/common/session.js";
import type { SessionResource } from "../../workshop/common/session.js";
import { isReachedAt } from "../../workshop/node/renew-access.js";
import { followCluster } from "../../workshop/node/sessions.js";
import { reachedBy } from "../../workshop/node/session-environment.js";
import { makeSession } from "./create-workshop.js";
import type { WorkshopParts } from "./create-workshop.js";

/** Goes on where the server before this one stopped: sessions half made, steps half run, kubeconfigs of an older address. */
export async function resumeSessions(parts: WorkshopParts): Promise<void> {
  const { cache, labs, log } = parts;
  const sessions = cache.all();
  void refreshAccess(parts, sessions);
  nameOrphans(parts, sessions).catch((error: unknown) =>
    log.warn({ err: error }, "the session host does not answer"),
  );
  for (const session of sessions) {
    const lab = labs.get(labKeyOf(session.spec));
    const phase = phaseOf(session, Date.now());
    if (lab === undefined)
      log.warn({ session: session.metadata.name, lab: session.spec.lab }, "the lab of a session is not here");
    else if (isPooled(session)) continue;
    else if (phase === "Pending") void makeSession(parts, session, lab);
    else if (phase === "Ready") void parts.pool.complete(session);
  }
  await parts.steps.resume((name) => {
    const session = cache.get(name);
    const lab = session && labs.get(labKeyOf(session.spec));
    return session && lab && { session, lab };
  });
}

/** Has the sessions of a server before this one reach cluster and server where they are now. */
export async function renewReach({ cache, labs, host, settings, log }: WorkshopParts): Promise<void> {
  for (const session of cache.all()) {
    const lab = labs.get(labKeyOf(session.spec));
    if (lab === undefined || phaseOf(session, Date.now()) !== "Active") continue;
    await host
      .reach(session.metadata.name, reachedBy(lab, settings))
      .catch((error: unknown) =>
        log.warn({ err: error, session: session.metadata.name }, "the session reaches older addresses"),
      );
  }
}

/** What is not in the cluster may have been forgotten by it: only somebody who decides so ends it. */
async function nameOrphans(
  { host, log }: WorkshopParts,
  sessions: readonly SessionResource[],
): Promise<void> {
  const known = new Set(sessions.map(({ metadata }) => metadata.name));
  const orphans = (await host.sessions()).filter((name) => !known.has(name));
  if (orphans.length > 0)
    log.warn(
      { sessions: orphans },
      "sessions on this machine that the cluster does not know are kept; lectern session end NAME removes one",
    );
}

/** One after the other and in nobody's way: it asks programs of learners, who may have put anything in the way. */
async function refreshAccess(parts: WorkshopParts, sessions: readonly SessionResource[]): Promise<void> {
  for (const session of sessions) {
    if (phaseOf(session, Date.now()) !== "Active" || isReachedAt(parts.client, session)) continue;
    await followCluster(parts, session.metadata.name).catch((error: unknown) =>
      parts.log.warn(
        { err: error, session: session.metadata.name },
        "the learner's kubeconfig is an old one",
      ),
    );
  }
}
