import { ServerError, serverErrorCodes } from "../errors.js";
import { createRateLimit } from "./rate-limit.js";

/** `live` is how many sessions there are now. */
export interface SessionQuota {
  /** Counts a session a learner starts. Throws SERVER_TOO_MANY_REQUESTS, SERVER_TOO_MANY_SESSIONS. */
  takeForLearner(client: string, live: number): void;
  /** Counts sessions an instructor makes. Throws SERVER_TOO_MANY_SESSIONS. */
  takeForInstructor(count: number, live: number): void;
}

/** A class behind one address starts at once: the burst is a class, the rate what one impatient learner needs. */
const BURST = 40;
const PER_MINUTE = 10;

/** Bounds how many sessions live at once and how fast one address starts them. */
export function createSessionQuota(maxSessions: number): SessionQuota {
  const rate = createRateLimit("new sessions", BURST, PER_MINUTE);
  const checkRoom = (count: number, live: number) => {
    if (live + count <= maxSessions) return;
    throw new ServerError(
      serverErrorCodes.tooManySessions,
      `There are ${String(live)} live sessions, and this server runs ${String(maxSessions)} at most. Wait for one to end, or start the server with a larger --max-sessions.`,
    );
  };
  return {
    takeForLearner: (client, live) => {
      checkRoom(1, live);
      rate.take(client);
    },
    takeForInstructor: checkRoom,
  };
}
