import { isPooled, labKeyOf, phaseOf } from "../../workshop/common/session.js";
import type { SessionResource } from "../../workshop/common/session.js";
import type { Lab } from "../../workshop/common/lab.js";
import { getSession } from "../../workshop/node/sessions.js";
import { repeatWhileAway } from "../../workshop/node/while-away.js";
import { sessionNotFound } from "./end-session.js";
import type { WorkshopParts } from "./create-workshop.js";
import { sessionClock } from "../../workshop/node/session-clock.js";

type MakerParts = Pick<
  WorkshopParts,
  "cache" | "labs" | "client" | "provisioner" | "provisioning" | "pool" | "leadership" | "log"
>;

/** A session that was ready has its access within a second of being handed out: where not, whoever gave it has died over it. */
const COMPLETED_MS = 20_000;

/** How often sessions are looked at again whose lab was not here when they were asked for. */
const LATE_LAB_MS = 1_000;

/** Makes the sessions that wait to be made, and those that are asked for from now on, on the one server that leads. */
export function makePendingSessions(parts: MakerParts): void {
  const { cache, labs, leadership } = parts;
  leadership.whileLeading((signal) => {
    // Also those that were made: what the cluster tells of a session may be older than that.
    const begun = new Set<string>();
    const look = (name: string) => {
      const session = cache.get(name);
      const lab = session && labs.get(labKeyOf(session.spec));
      if (session === undefined) begun.delete(name);
      if (!session || !lab || begun.has(name) || isMadeElsewhere(session)) return;
      const phase = phaseOf(session, sessionClock.now());
      if (phase !== "Pending" && phase !== "Ready") return;
      begun.add(name);
      if (phase === "Pending") void makeSession(parts, { session, lab, signal });
      else completeLater(parts, name, signal);
    };
    const lookAtAll = () => {
      for (const { metadata } of cache.all()) look(metadata.name);
    };
    signal.addEventListener("abort", cache.onChange(look), { once: true });
    // The server that was asked may have a lab of a Workshop before this one has it.
    const timer = setInterval(lookAtAll, LATE_LAB_MS);
    signal.addEventListener("abort", () => clearInterval(timer), { once: true });
    lookAtAll();
  });
}

/** What the pool makes and is nobody's yet, the pool looks after; whoever validates a lab makes the session of it. */
function isMadeElsewhere(session: SessionResource): boolean {
  return isPooled(session) || session.spec.startedBy === "validate";
}

function completeLater({ cache, pool, leadership }: MakerParts, name: string, signal: AbortSignal): void {
  setTimeout(
    () => {
      const session = cache.get(name);
      if (!signal.aborted && session && phaseOf(session, sessionClock.now()) === "Ready")
        void pool.complete(session);
    },
    leadership.isSole === true ? 0 : COMPLETED_MS,
  ).unref();
}

interface Making {
  session: SessionResource;
  lab: Lab;
  signal: AbortSignal;
}

/** A session at its turn, which gives way to the next where it can only wait. */
interface MakingNow extends Making {
  onWait: () => void;
}

/**
 * Makes what the session consists of; how far it is, and what went wrong, is in the session itself. Where the cluster is away too long to
 * say even that, it takes its turn again until the cluster is back.
 */
async function makeSession(parts: MakerParts, { session, lab, signal }: Making): Promise<void> {
  const { name } = session.metadata;
  const log = parts.log.child({ session: name, lab: lab.name });
  const since = performance.now();
  const group = `${lab.name} ${session.spec.startedBy ?? ""}`;
  const make = () =>
    parts.provisioning.run(name, (onWait) => provision(parts, { session, lab, signal, onWait }), { group });
  const onAway = (error: unknown) => log.warn({ err: error }, "the session is made when the cluster is back");
  try {
    await repeatWhileAway(make, signal, onAway);
    log.info({ durationMs: Math.round(performance.now() - since) }, "session ready");
  } catch (error) {
    if (signal.aborted) log.info("the session is left to the server that leads next");
    else log.warn({ err: error }, "session could not be made");
  } finally {
    parts.cache.finishProgress(name);
  }
}

/** Makes the session where it is still wanted: meanwhile somebody may have ended it, or the server that led before have made it. */
async function provision(parts: MakerParts, making: MakingNow): Promise<void> {
  const { provisioner, cache } = parts;
  const { lab, signal, onWait } = making;
  const { name } = making.session.metadata;
  signal.throwIfAborted();
  const session = await sessionNow(parts, name);
  if (session === undefined || session.metadata.deletionTimestamp !== undefined) throw sessionNotFound(name);
  if ((session.status?.phase ?? "Pending") !== "Pending") return;
  await provisioner.provision(session, lab, {
    onProgress: (progress) => cache.putProgress(progress),
    onWait,
    signal,
  });
}

/** The session as it is at its turn. A server that nobody else makes sessions beside knows it from its watch. */
function sessionNow(
  { cache, client, leadership }: MakerParts,
  name: string,
): SessionResource | undefined | Promise<SessionResource> {
  return leadership.isSole === true ? cache.get(name) : getSession(client, name);
}
