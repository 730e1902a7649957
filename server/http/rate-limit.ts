import { isIPv6 } from "node:net";
import { BurstyRateLimiter, RateLimiterMemory, RateLimiterRes } from "rate-limiter-flexible";
import type { RateLimiterAbstract } from "rate-limiter-flexible";
import { ServerError, serverErrorCodes } from "../errors.js";

export interface RateLimit {
  /** Counts one request of the client. Throws SERVER_TOO_MANY_REQUESTS. */
  take(client: string): Promise<void>;
  /** Counts nothing. Throws SERVER_TOO_MANY_REQUESTS where `take` would. */
  refuseSpent(client: string): Promise<void>;
}

/** How often something may be done in a time; whoever does it is counted in one place. */
export type CounterFactory = (counter: {
  keyPrefix: string;
  points: number;
  duration: number;
}) => RateLimiterAbstract;

/** Counts in the memory of this server. */
export const memoryCounter: CounterFactory = (counter) => new RateLimiterMemory(counter);

const MINUTE_S = 60;
/** Of an address of IPv6. */
const GROUPS = 8;

export interface RateLimitOptions {
  /** What is limited, in words for who is refused. */
  what: string;
  /** Who is counted, in words for them; whoever has an address where absent. */
  from?: string;
  burst: number;
  perMinute: number;
  counter?: CounterFactory;
}

/** Lets a client do something `perMinute` times a minute, and `burst` times besides in the time it takes to earn them at that rate. */
export function createRateLimit({
  what,
  from = "from this address",
  burst,
  perMinute,
  counter = memoryCounter,
}: RateLimitOptions): RateLimit {
  const steady = counter({ keyPrefix: what, points: perMinute, duration: MINUTE_S });
  const besides = counter({
    keyPrefix: `${what}, burst`,
    points: burst,
    duration: Math.ceil((burst / perMinute) * MINUTE_S),
  });
  const limiter = new BurstyRateLimiter(steady, besides);
  return {
    take: async (client) => {
      try {
        await limiter.consume(networkOf(client));
      } catch (error) {
        if (!(error instanceof RateLimiterRes)) throw error;
        throw tooMany(`${what} ${from}`, error.msBeforeNext);
      }
    },
    refuseSpent: async (client) => {
      const counts = await Promise.all([steady, besides].map((one) => one.get(networkOf(client))));
      if (counts.some((count) => count === null || count.remainingPoints > 0)) return;
      throw tooMany(`${what} ${from}`, Math.min(...counts.map((count) => count?.msBeforeNext ?? 0)));
    },
  };
}

/** What a client is counted by. Whoever has one address of IPv6 has the 64 bits behind it: all count as one, and fill no memory. */
export function networkOf(client: string): string {
  if (!isIPv6(client) || client.startsWith("::ffff:")) return client;
  const [before = "", after] = client.split("::");
  const [left, right] = [groupsOf(before), groupsOf(after ?? "")];
  const zeros = Array.from({ length: Math.max(0, GROUPS - left.length - right.length) }, () => "0");
  return [...left, ...zeros, ...right].slice(0, GROUPS / 2).join(":");
}

function groupsOf(part: string): string[] {
  return part === "" ? [] : part.split(":");
}

function tooMany(what: string, waitMs: number): ServerError {
  const seconds = Math.max(1, Math.ceil(waitMs / 1000));
  return new ServerError(
    serverErrorCodes.tooManyRequests,
    `Too many ${what}; try again in ${String(seconds)} s.`,
  );
}
