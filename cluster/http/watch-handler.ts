import { tooManyRequests } from "../api/status.js";
import { PRIVILEGED_GROUP } from "../auth/rbac-authorizer.js";
import type { Call } from "./call.js";
import { watchQuery } from "./watch-query.js";
import { WatchStream } from "./watch-stream.js";

/** Watches open at the same time, over all clients. */
const MAX_WATCHES = 2000;
/** Watches of one user who is no administrator: several busy tools, but not everybody else's share. */
export const MAX_WATCHES_PER_USER = 200;

/** Open watches by user, for each store. */
const open = new WeakMap<object, Map<string, number>>();

/** Streams the changes of a resource until the client goes, the timeout passes or what the client did not read is forgotten. */
export async function handleWatch(call: Call): Promise<void> {
  const query = watchQuery(call);
  const release = claimWatch(call);
  try {
    await new WatchStream(call, query).run();
  } finally {
    release();
  }
}

/** Counts the watch until released; throws 429 where there are too many, of one user or of all together. */
function claimWatch({ core, user }: Call): () => void {
  const byUser = open.get(core.store) ?? new Map<string, number>();
  open.set(core.store, byUser);
  const own = byUser.get(user.name) ?? 0;
  const all = [...byUser.values()].reduce((sum, count) => sum + count, 0);
  const limit = user.groups.includes(PRIVILEGED_GROUP) ? MAX_WATCHES : MAX_WATCHES_PER_USER;
  if (own >= limit || all >= MAX_WATCHES)
    throw tooManyRequests("too many watches are open, please try again later", 5);
  byUser.set(user.name, own + 1);
  return () => {
    const left = (byUser.get(user.name) ?? 1) - 1;
    if (left === 0) byUser.delete(user.name);
    else byUser.set(user.name, left);
  };
}
