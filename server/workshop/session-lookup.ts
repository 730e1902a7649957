import { withDeadline } from "../../kubernetes/node/deadline.js";
import { WorkshopError } from "../../workshop/common/errors.js";
import { labKeyOf, phaseOf } from "../../workshop/common/session.js";
import { getSession, isOwn } from "../../workshop/node/sessions.js";
import type { WorkshopParts } from "./create-workshop.js";
import { sessionClock } from "../../workshop/node/session-clock.js";

/** Questions at once about sessions that this server does not know; beyond, what it knows has to do. */
const AT_ONCE = 32;
/** A cluster that does not answer by then has no say: what this server knows has to do. */
const ASK_MS = 3_000;

type LookupParts = Pick<WorkshopParts, "cache" | "client" | "settings" | "labs" | "lookForLab" | "log">;

/** How a server comes to know what another of several has done a moment ago, before it refuses somebody by what it knows itself. */
export interface SessionLookup {
  /**
   * Asks the cluster for a session that this server does not know, or not as active, and for the lab of one that it has not. Names of
   * which nothing is found are as before.
   */
  lookUp(name: string): Promise<void>;
  /** The same of a session however this server knows it: the answer is no older than the call. */
  refresh(name: string): Promise<void>;
}

export function createSessionLookup(parts: LookupParts): SessionLookup {
  const { cache, labs, lookForLab } = parts;
  const ask = askedTogether(async (name) => {
    await askCluster(parts, name);
    const session = cache.get(name);
    if (session !== undefined && !labs.has(labKeyOf(session.spec))) await lookForLab(session.spec.lab);
  });
  const refresh = async (name: string) => {
    // Of those it knows there are no more than sessions; of made-up names there may be any number.
    if (cache.get(name) === undefined && ask.size() >= AT_ONCE) return;
    await ask.about(name);
  };
  return {
    lookUp: async (name) => {
      const known = cache.get(name);
      const isKnown = known !== undefined && labs.has(labKeyOf(known.spec));
      if (!isKnown || phaseOf(known, sessionClock.now()) !== "Active") await refresh(name);
    },
    refresh,
  };
}

async function askCluster({ cache, client, settings, log }: LookupParts, name: string): Promise<void> {
  const before = cache.get(name);
  try {
    const found = await withDeadline(ASK_MS, undefined, () => getSession(client, name));
    const known = cache.get(name);
    // One that has gone meanwhile does not come back; of two answers about the same one the cache keeps the newer.
    const isSame = known === before || known?.metadata.uid === found.metadata.uid;
    if (isSame && isOwn(found, settings.server)) cache.put(found);
  } catch (error) {
    if (!(error instanceof WorkshopError))
      log.warn({ err: error, session: name }, "a session cannot be looked up");
  }
}

/** Asks about each name once at a time. Whoever comes while it is asked gets the next answer, together with all who wait: this one may be of before. */
function askedTogether(ask: (name: string) => Promise<void>): {
  about: (name: string) => Promise<void>;
  size: () => number;
} {
  const running = new Map<string, Promise<void>>();
  const following = new Map<string, Promise<void>>();
  const start = (name: string) => {
    const answer = ask(name).finally(() => running.delete(name));
    running.set(name, answer);
    return answer;
  };
  return {
    size: () => running.size,
    about: (name) => {
      const current = running.get(name);
      if (current === undefined) return start(name);
      const waiting = following.get(name);
      if (waiting !== undefined) return waiting;
      const next = current
        .catch(() => undefined)
        .then(() => {
          following.delete(name);
          return start(name);
        });
      following.set(name, next);
      return next;
    },
  };
}
