import type { Lab } from "../../workshop/common/lab.js";
import { WORKSHOP_ERRORS, WorkshopError } from "../../workshop/common/errors.js";
import { requireNotRestoring } from "../../workshop/common/restoration.js";
import { type SessionResource, isPooled, labKeyOf } from "../../workshop/common/session.js";
import { ServerError, serverErrorCodes } from "../errors.js";
import type { WorkshopParts } from "./create-workshop.js";
import { sessionNotFound } from "./end-session.js";
import { sessionClock } from "../../workshop/node/session-clock.js";

/** A session that is somebody's, with its lab. */
export interface Found {
  session: SessionResource;
  lab: Lab;
}

/** Throws where there is none, or its lab is still being read. */
export function findSession({ cache, labs, lateLabs }: WorkshopParts, id: string): Found {
  const session = cache.get(id);
  const lab = session && labs.get(labKeyOf(session.spec));
  // One that is nobody's yet is not there for anybody.
  if (session && isPooled(session)) throw sessionNotFound(id);
  if (session && lab) return { session, lab };
  if (session && lateLabs().length > 0) throw stillRead("The lab of this session");
  throw sessionNotFound(id);
}

/** What is asked for needs a lab that is not read yet. */
export function stillRead(what: string): ServerError {
  return new ServerError(
    serverErrorCodes.notReady,
    `${what} is still being read. Try again in a moment; nothing was lost.`,
  );
}

/** Throws where it is being brought to the start of a page. */
export function settled<T extends { session: SessionResource }>(found: T): T {
  requireNotRestoring(found.session.spec, sessionClock.now());
  return found;
}

/** Throws where the session is not in use: not ready yet, ending or ended. */
export function requireActive<T extends { session: SessionResource }>(found: T): T {
  const { metadata, status } = found.session;
  if (status?.phase === "Active" && metadata.deletionTimestamp === undefined) return found;
  throw new WorkshopError(
    WORKSHOP_ERRORS.sessionNotActive,
    `The session ${metadata.name} is not active but ${status?.phase ?? "Pending"}; wait until it is ready, or start another`,
  );
}
