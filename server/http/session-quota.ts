import { ServerError, serverErrorCodes } from "../errors.js";
import { createRateLimit } from "./rate-limit.js";

/** `live` is how many sessions there are now. */
export interface SessionQuota {
  /** Counts a session a learner starts. Throws SERVER_TOO_MANY_REQUESTS, SERVER_TOO_MANY_SESSIONS. */
  takeForLearner(client: string, live: number): Promise<void>;
  /** Counts sessions an instructor makes. Throws SERVER_TOO_MANY_SESSIONS. */
  takeForInstructor(count: number, live: number): void;
}

/** A class behind one address starts at once: 40 in the first minute. The rate is what one impatient learner needs. */
const BURST = 30;
const PER_MINUTE = 10;

function noRoom(count: number, room: number): string {
  if (count === 1) return "There is no room for one more.";
  return `None of the ${String(count)} asked for was made; there is room for ${String(Math.max(0, room))}.`;
}

/** Bounds how many sessions live at once and how fast one address starts them. */
export function createSessionQuota(maxSessions: number): SessionQuota {
  const rate = createRateLimit("new sessions", BURST, PER_MINUTE);
  const checkRoom = (count: number, live: number) => {
    if (live + count <= maxSessions) return;
    throw new ServerError(
      serverErrorCodes.tooManySessions,
      `There are ${String(live)} live sessions, and this server runs ${String(maxSessions)} at most. ${noRoom(count, maxSessions - live)} Wait for some to end, or start the server with a larger --max-sessions.`,
    );
  };
  return {
    takeForLearner: async (client, live) => {
      checkRoom(1, live);
      await rate.take(client);
    },
    takeForInstructor: checkRoom,
  };
}
