import { RateLimiterPostgres } from "rate-limiter-flexible";
import { memoryCounter } from "../http/rate-limit.js";
import type { CounterFactory } from "../http/rate-limit.js";
import type { Postgres } from "./postgres.js";

/** Counts for all servers of the database; each for itself while that does not answer. */
export function sharedCounter(database: Postgres): CounterFactory {
  return (counter) =>
    new RateLimiterPostgres({
      ...counter,
      storeClient: database.pool,
      storeType: "pool",
      tableName: "rate_limits",
      tableCreated: true,
      insuranceLimiter: memoryCounter(counter),
    });
}
