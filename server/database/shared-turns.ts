import type { TurnTaking } from "../../workshop/node/turns.js";
import { Turns } from "../../workshop/node/turns.js";
import { databaseError } from "./postgres.js";
import type { Postgres } from "./postgres.js";

/** The longest work that is done in turns makes a pod: a minute for the old one to go, three for the new one to run. */
const WAIT_MS = 5 * 60_000;

/** One at a time for each name among all servers of the database; a server that dies gives its turn away. */
export function createSharedTurns(database: Postgres): TurnTaking {
  // Of this server only one waits in the database, so that they take no more connections than there are names.
  const own = new Turns();
  return { take: (name, work) => own.take(name, () => withLock(database, name, work)) };
}

async function withLock<Result>(
  database: Postgres,
  name: string,
  work: () => Promise<Result>,
): Promise<Result> {
  const client = database.client();
  client.on("error", () => undefined);
  try {
    try {
      await client.connect();
      await client.query(`SET lock_timeout = ${String(WAIT_MS)}`);
      await client.query("SELECT pg_advisory_lock(hashtextextended($1, 0))", [name]);
    } catch (error) {
      throw databaseError(database.name, error);
    }
    return await work();
  } finally {
    await client.end().catch(() => undefined);
  }
}
