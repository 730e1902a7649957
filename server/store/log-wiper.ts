import type Database from "libsql/promise";
import type { WriteQueue } from "./write-queue.js";

/**
 * Takes what was deleted out of the log beside the file as well, where its last writes stand until others take their place; of several who
 * ask at once it is done for all. What cannot be done on a full disk is done with the next one, or when the file is closed.
 */
export function createLogWiper(database: Database, queue: Pick<WriteQueue, "read">): () => Promise<void> {
  let next: Promise<void> | undefined;
  const wipe = async (): Promise<void> => {
    next = undefined;
    const statement = await database.prepare("PRAGMA wal_checkpoint(TRUNCATE)");
    await statement.all().catch(() => undefined);
  };
  return () => (next ??= queue.read(wipe));
}
