import { hasOwnCluster, labKeyOf, phaseOf } from "../../workshop/common/session.js";
import { clusterOf } from "../../workshop/node/session-cluster.js";
import { isReachedAt } from "../../workshop/node/renew-access.js";
import { followCluster } from "../../workshop/node/sessions.js";
import { reachedBy } from "../../workshop/node/session-environment.js";
import type { WorkshopParts } from "./create-workshop.js";
import { sessionClock } from "../../workshop/node/session-clock.js";

/** Goes on where the server before this one stopped: sessions half made, steps half run, kubeconfigs of an older address. */
export async function resumeSessions(parts: WorkshopParts): Promise<void> {
  const { cache, labs, log, leadership } = parts;
  leadership.whileLeading((signal) => {
    void refreshAccess(parts, signal);
    nameOrphans(parts).catch((error: unknown) =>
      log.warn({ err: error }, "the session host does not answer"),
    );
  });
  void resumeClusters(parts);
  for (const { metadata, spec } of cache.all())
    // Of a lab that was read late, nothing could be done before.
    if (labs.has(labKeyOf(spec))) cache.touch(metadata.name);
    else log.warn({ session: metadata.name, lab: spec.lab }, "the lab of a session is not here");
  await Promise.all([resumeSteps(parts), parts.restorations.takeUp()]);
}

/** Starts the clusters that sessions have of their own, or takes them over, one after the other: a step that needs one sooner starts it itself. */
async function resumeClusters(parts: WorkshopParts): Promise<void> {
  for (const session of parts.cache.all()) {
    const phase = phaseOf(session, sessionClock.now());
    if (!hasOwnCluster(session) || (phase !== "Active" && phase !== "Ready")) continue;
    await clusterOf(session, parts).catch((error: unknown) =>
      parts.log.warn({ err: error, session: session.metadata.name }, "a session is without its cluster"),
    );
  }
}

/** Goes on with the steps that no living server looks after. */
export function resumeSteps({ steps, cache, labs }: WorkshopParts): Promise<void> {
  return steps.resume((name) => {
    const session = cache.get(name);
    const lab = session && labs.get(labKeyOf(session.spec));
    return session && lab && { session, lab };
  });
}

/** Has the sessions of a server before this one reach cluster and server where they are now. */
export async function renewReach({ cache, labs, host, settings, log }: WorkshopParts): Promise<void> {
  for (const session of cache.all()) {
    const lab = labs.get(labKeyOf(session.spec));
    if (lab === undefined || phaseOf(session, sessionClock.now()) !== "Active") continue;
    await host
      .reach(session.metadata.name, reachedBy(lab, settings, session))
      .catch((error: unknown) =>
        log.warn({ err: error, session: session.metadata.name }, "the session reaches older addresses"),
      );
  }
}

/** What is not in the cluster may have been forgotten by it: only somebody who decides so ends it. */
async function nameOrphans({ host, log, cache }: WorkshopParts): Promise<void> {
  const known = new Set(cache.all().map(({ metadata }) => metadata.name));
  const orphans = (await host.sessions()).filter((name) => !known.has(name));
  if (orphans.length > 0)
    log.warn(
      { sessions: orphans },
      "sessions on this machine that the cluster does not know are kept; lectern session end NAME removes one",
    );
}

/** One after the other and in nobody's way: it asks programs of learners, who may have put anything in the way. */
async function refreshAccess(parts: WorkshopParts, signal: AbortSignal): Promise<void> {
  for (const session of parts.cache.all()) {
    if (signal.aborted) return;
    if (phaseOf(session, sessionClock.now()) !== "Active" || isReachedAt(session, parts)) continue;
    await followCluster(parts, session.metadata.name).catch((error: unknown) =>
      parts.log.warn(
        { err: error, session: session.metadata.name },
        "the learner's kubeconfig is an old one",
      ),
    );
  }
}
