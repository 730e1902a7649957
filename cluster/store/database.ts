import Database from "libsql";
import { ClusterError, clusterErrorCodes } from "../errors.js";

/** Version of the tables below, kept in the file; raised with each change that an older Lectern cannot read. */
const SCHEMA_VERSION = 1;

const SCHEMA = `
  BEGIN;
  CREATE TABLE IF NOT EXISTS objects (
    resource TEXT NOT NULL, namespace TEXT NOT NULL, name TEXT NOT NULL, json TEXT NOT NULL,
    PRIMARY KEY (resource, namespace, name)) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS counters (name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS objects_set_aside (
    resource TEXT NOT NULL, namespace TEXT NOT NULL, name TEXT NOT NULL, json TEXT NOT NULL, why TEXT NOT NULL);
  PRAGMA user_version = ${SCHEMA_VERSION};
  COMMIT;
`;

export type LibsqlDatabase = InstanceType<typeof Database>;

/** Holds the directory of the lock `path` for this process by an open transaction; the kernel ends it should the process die. */
export function lockDirectory(path: string): () => void {
  let lock: LibsqlDatabase | undefined;
  try {
    const held = new Database(path);
    lock = held;
    held.exec("BEGIN EXCLUSIVE");
    return () => {
      held.exec("ROLLBACK");
      held.close();
    };
  } catch (error) {
    lock?.close();
    throw openFailure(path, error);
  }
}

/** Opens the database, made where there is none; throws `ClusterError` where it cannot, or is of a newer Lectern. */
export function openDatabase(path: string): LibsqlDatabase {
  let database: LibsqlDatabase | undefined;
  try {
    database = new Database(path);
    const version = schemaVersion(database, path);
    database.exec("PRAGMA journal_mode = WAL");
    // Each change is on the disk before it is acknowledged: with NORMAL a loss of power would take acknowledged ones back.
    database.exec("PRAGMA synchronous = FULL");
    if (version < SCHEMA_VERSION) database.exec(SCHEMA);
    return database;
  } catch (error) {
    database?.close();
    throw openFailure(path, error);
  }
}

/** 0 where there are no tables yet, and where they were made before versions were kept. */
function schemaVersion(database: LibsqlDatabase, path: string): number {
  const { user_version: version } = database.prepare("PRAGMA user_version").get() as { user_version: number };
  if (version <= SCHEMA_VERSION) return version;
  throw new ClusterError(
    clusterErrorCodes.dataNewer,
    `The data of the embedded cluster, ${path}, has version ${version}; this Lectern knows version ${SCHEMA_VERSION} and older. Start the Lectern that wrote it, or a newer one, or choose another data directory.`,
  );
}

export function openFailure(path: string, error: unknown): ClusterError {
  if (error instanceof ClusterError) return error;
  const text = error instanceof Error ? error.message : String(error);
  if (/locked|busy/i.test(text)) {
    return new ClusterError(
      clusterErrorCodes.dataDirInUse,
      `The data directory of the embedded cluster is in use by another process (${path} is locked). Stop that process or choose another data directory.`,
      error,
    );
  }
  return new ClusterError(
    clusterErrorCodes.dataDirUnusable,
    `The data of the embedded cluster, ${path}, cannot be opened: ${text}. Check its permissions, or move the file away to start empty.`,
    error,
  );
}
