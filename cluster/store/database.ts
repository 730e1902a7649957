import Database from "libsql";
import AsyncDatabase from "libsql/promise";
import { ClusterError, clusterErrorCodes } from "../errors.js";

/** Version of the tables below, kept in the file; raised with each change that an older Lectern cannot read. */
const SCHEMA_VERSION = 1;

const PAGE_BYTES = 8192;
/** Pages after which the write-ahead log is moved into the database: 4 MiB. */
const LOG_PAGES = 512;

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

/**
 * A connection whose `exec` waits for the disk in a thread of the library, and the others' calls with it. Its statements are
 * run, and get a row, at once, in SQLite's memory.
 */
export interface JournalDatabase {
  exec(sql: string): Promise<void>;
  prepare(sql: string): Promise<Statement>;
  close(): void;
}

/** What the types of the library leave open. */
export interface Statement {
  run(...parameters: (string | number)[]): void;
  get(): unknown;
  all(): Promise<unknown[]>;
}

/** Holds the directory of the lock `path` for this process by an open transaction; the kernel ends it should the process die. */
export function lockDirectory(path: string): () => void {
  let lock: InstanceType<typeof Database> | undefined;
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
export async function openDatabase(path: string): Promise<JournalDatabase> {
  let database: JournalDatabase | undefined;
  try {
    database = new AsyncDatabase(path, {});
    const version = await schemaVersion(database, path);
    // Only of a new file. Most objects fit into a quarter of such a page, and then take no second one.
    await database.exec(`PRAGMA page_size = ${PAGE_BYTES}`);
    await database.exec("PRAGMA journal_mode = WAL");
    await database.exec(`PRAGMA wal_autocheckpoint = ${LOG_PAGES}`);
    // Each change is on the disk before it is acknowledged: with NORMAL a loss of power would take acknowledged ones back.
    await database.exec("PRAGMA synchronous = FULL");
    if (version < SCHEMA_VERSION) await database.exec(SCHEMA);
    return database;
  } catch (error) {
    database?.close();
    throw openFailure(path, error);
  }
}

/** 0 where there are no tables yet, and where they were made before versions were kept. */
async function schemaVersion(database: JournalDatabase, path: string): Promise<number> {
  const statement = await database.prepare("PRAGMA user_version");
  const { user_version: version } = statement.get() as { user_version: number };
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
