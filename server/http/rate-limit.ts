import { ServerError, serverErrorCodes } from "../errors.js";

export interface RateLimit {
  /** Counts one request of the client. Throws SERVER_TOO_MANY_REQUESTS. */
  take(client: string): void;
}

/** Clients remembered at once; the one not seen for longest is forgotten first. */
const CLIENT_LIMIT = 10_000;

/** Lets a client do something `burst` times at once and `perMinute` times a minute after that. */
export function createRateLimit(what: string, burst: number, perMinute: number, now = Date.now): RateLimit {
  const clients = new Map<string, { tokens: number; at: number }>();
  return {
    take: (client) => {
      const known = clients.get(client);
      const tokens = known
        ? Math.min(burst, known.tokens + ((now() - known.at) / 60_000) * perMinute)
        : burst;
      clients.delete(client);
      // A refusal takes nothing, so that waiting helps even somebody who keeps trying.
      clients.set(client, { tokens: tokens >= 1 ? tokens - 1 : tokens, at: now() });
      if (clients.size > CLIENT_LIMIT) clients.delete(clients.keys().next().value ?? "");
      if (tokens >= 1) return;
      const seconds = Math.ceil(((1 - tokens) / perMinute) * 60);
      throw new ServerError(
        serverErrorCodes.tooManyRequests,
        `Too many ${what} from this address; try again in ${String(seconds)} s.`,
      );
    },
  };
}
