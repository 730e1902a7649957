import { WorkshopError } from "../../workshop/common/errors.js";
import { labKeyOf, phaseOf } from "../../workshop/common/session.js";
import type { SessionResource } from "../../workshop/common/session.js";
import { getSession, isOwn } from "../../workshop/node/sessions.js";
import type { WorkshopParts } from "./create-workshop.js";

/** Questions to the cluster at once; beyond, what this server knows has to do. */
const AT_ONCE = 32;

/**
 * Asks the cluster for a session that this server does not know, or not as active, and for the lab of one that it has not: another server
 * may have made it a moment ago. Names of which nothing is found are as before.
 */
export function createSessionLookup({
  cache,
  client,
  settings,
  labs,
  lookForLab,
  log,
}: Pick<WorkshopParts, "cache" | "client" | "settings" | "labs" | "lookForLab" | "log">): (
  name: string,
) => Promise<void> {
  const asked = new Map<string, Promise<void>>();
  const ask = async (name: string) => {
    const before = cache.get(name);
    if (before === undefined || phaseOf(before, Date.now()) !== "Active") await askCluster(name, before);
    const session = cache.get(name);
    if (session !== undefined && !labs.has(labKeyOf(session.spec))) await lookForLab(session.spec.lab);
  };
  const askCluster = async (name: string, before: SessionResource | undefined) => {
    try {
      const found = await getSession(client, name);
      // What came meanwhile is newer.
      if (isOwn(found, settings.server) && cache.get(name) === before) cache.put(found);
    } catch (error) {
      if (!(error instanceof WorkshopError))
        log.warn({ err: error, session: name }, "a session cannot be looked up");
    }
  };
  return async (name) => {
    const known = cache.get(name);
    const isKnown = known !== undefined && labs.has(labKeyOf(known.spec));
    if (isKnown && phaseOf(known, Date.now()) === "Active") return;
    if (!asked.has(name) && asked.size >= AT_ONCE) return;
    const answer = asked.get(name) ?? ask(name).finally(() => asked.delete(name));
    asked.set(name, answer);
    await answer;
  };
}
