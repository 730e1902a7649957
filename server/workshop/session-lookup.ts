import { WorkshopError } from "../../workshop/common/errors.js";
import { phaseOf } from "../../workshop/common/session.js";
import { getSession, isOwn } from "../../workshop/node/sessions.js";
import type { WorkshopParts } from "./create-workshop.js";

/** Questions to the cluster at once; beyond, what this server knows has to do. */
const AT_ONCE = 32;

/**
 * Asks the cluster for a session that this server does not know, or not as active: another server may have made it a moment ago. Names
 * of which nothing is found are as before.
 */
export function createSessionLookup({
  cache,
  client,
  settings,
  log,
}: Pick<WorkshopParts, "cache" | "client" | "settings" | "log">): (name: string) => Promise<void> {
  const asked = new Map<string, Promise<void>>();
  const ask = async (name: string) => {
    const before = cache.get(name);
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
    if (known !== undefined && phaseOf(known, Date.now()) === "Active") return;
    if (!asked.has(name) && asked.size >= AT_ONCE) return;
    const answer = asked.get(name) ?? ask(name).finally(() => asked.delete(name));
    asked.set(name, answer);
    await answer;
  };
}
