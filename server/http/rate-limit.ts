import { isIPv6 } from "node:net";
import { RateLimiterMemory, RateLimiterRes } from "rate-limiter-flexible";
import type { RateLimiterAbstract } from "rate-limiter-flexible";
import { Turns } from "../../workshop/node/turns.js";
import { ServerError, serverErrorCodes } from "../errors.js";

export interface RateLimit {
  /** Counts one request of the client. Throws SERVER_TOO_MANY_REQUESTS. */
  take(client: string): Promise<void>;
  /**
   * Does the work, where only those count that fail so; they count before they are begun, so that of many at once no more are done than
   * may fail. Throws SERVER_TOO_MANY_REQUESTS, and what the work throws.
   */
  attempt<T>(client: string, work: () => Promise<T>, isCounted: (error: unknown) => boolean): Promise<T>;
}

/** How often something may be done in a time; whoever does it is counted in one place. */
export type CounterFactory = (counter: {
  keyPrefix: string;
  points: number;
  duration: number;
}) => RateLimiterAbstract;

/** Counts in the memory of this server. */
export const memoryCounter: CounterFactory = (counter) => new RateLimiterMemory(counter);

/** Attempts of one client at once: a room behind one address does not spend with what it is about to do what it may fail. */
const LANES = 8;
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
  const lanes = new Turns();
  let next = 0;
  const take = async (network: string) => {
    const first = await consumed(steady, network);
    if (first === undefined) return steady;
    const second = await consumed(besides, network);
    if (second === undefined) return besides;
    throw tooMany(`${what} ${from}`, Math.min(first, second));
  };
  return {
    take: async (client) => void (await take(networkOf(client))),
    attempt: (client, work, isCounted) => {
      const network = networkOf(client);
      next = (next + 1) % LANES;
      return lanes.take(`${String(next)} ${network}`, async () => {
        const counted = await take(network);
        try {
          const result = await work();
          await counted.reward(network, 1);
          return result;
        } catch (error) {
          if (!isCounted(error)) await counted.reward(network, 1);
          throw error;
        }
      });
    },
  };
}

/** Counts one; milliseconds until it could be, where it cannot. */
async function consumed(counter: RateLimiterAbstract, network: string): Promise<number | undefined> {
  try {
    await counter.consume(network);
    return undefined;
  } catch (error) {
    if (!(error instanceof RateLimiterRes)) throw error;
    // What was refused was counted all the same.
    await counter.reward(network, 1);
    return error.msBeforeNext;
  }
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
