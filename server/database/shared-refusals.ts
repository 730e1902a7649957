import type { Logger } from "pino";
import { listenTo } from "./notifications.js";
import type { Postgres } from "./postgres.js";

const CHANNEL = "lectern_refused";

/**
 * Has every server of the database look for room when one of them was refused for want of it: who is refused is who happened to write the
 * most. Resolves to what ends it.
 */
export async function shareRefusals(
  database: Postgres,
  { id, log }: { id: string; log: Pick<Logger, "warn"> },
): Promise<() => Promise<void>> {
  const stop = await listenTo(database, CHANNEL, {
    onText: (by) => {
      if (by !== id) database.lookForRoom();
    },
    // What was said meanwhile was not heard.
    onGap: () => database.lookForRoom(),
    log,
  });
  // So it was before this one came.
  database.lookForRoom();
  database.onRefused(() => {
    database
      .query("SELECT pg_notify($1, $2)", [CHANNEL, id])
      .catch((error: unknown) =>
        log.warn({ err: error }, "the other servers were not told of a full database"),
      );
  });
  return stop;
}
