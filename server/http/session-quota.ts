import { ServerError, serverErrorCodes } from "../errors.js";
import { createRateLimit, memoryCounter } from "./rate-limit.js";
import type { CounterFactory } from "./rate-limit.js";
import { ownPlaces } from "./session-places.js";
import type { SessionPlaces } from "./session-places.js";

/** `live` is how many sessions there are now. What is returned is called once the new ones are among them, or there will be none. */
export interface SessionQuota {
  /** Counts a session a learner starts. Throws SERVER_TOO_MANY_REQUESTS, SERVER_TOO_MANY_SESSIONS. */
  takeForLearner(client: string, live: number): Promise<() => void>;
  /** Counts sessions an instructor makes. Throws SERVER_TOO_MANY_SESSIONS. */
  takeForInstructor(count: number, live: number): Promise<() => void>;
}

/** A class behind one address starts at once: 40 in the first minute. The rate is what one impatient learner needs. */
const BURST = 30;
const PER_MINUTE = 10;

function noRoom(count: number, room: number): string {
  if (count === 1) return "There is no room for one more.";
  return `None of the ${String(count)} asked for was made; there is room for ${String(Math.max(0, room))}.`;
}

export interface SessionQuotaOptions {
  maxSessions: number;
  places?: SessionPlaces;
  counter?: CounterFactory;
}

/** Bounds how many sessions live at once and how fast one address starts them. */
export function createSessionQuota({
  maxSessions,
  places = ownPlaces(maxSessions),
  counter = memoryCounter,
}: SessionQuotaOptions): SessionQuota {
  const rate = createRateLimit({ what: "new sessions", burst: BURST, perMinute: PER_MINUTE, counter });
  const take = async (count: number, live: number) => {
    const giveBack = await places.take(count, live);
    if (giveBack !== undefined) return giveBack;
    throw new ServerError(
      serverErrorCodes.tooManySessions,
      `There are ${String(live)} live sessions, and this server runs ${String(maxSessions)} at most. ${noRoom(count, maxSessions - live)} Wait for some to end, or start the server with a larger --max-sessions.`,
    );
  };
  return {
    takeForLearner: async (client, live) => {
      const giveBack = await take(1, live);
      try {
        await rate.take(client);
        return giveBack;
      } catch (error) {
        giveBack();
        throw error;
      }
    },
    takeForInstructor: take,
  };
}
