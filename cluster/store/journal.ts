import { join } from "node:path";
import Database from "libsql";
import { isRecord } from "../api/field-access.js";
import type { ApiObject } from "../api/object.js";
import { ClusterError, clusterErrorCodes } from "../errors.js";
import type { ObjectKey } from "./keyspace.js";

/** An object as it was found at the start. */
export interface JournalRow {
  key: ObjectKey;
  object: ApiObject;
  /** Of its JSON. */
  bytes: number;
}

/** An object that cannot be read, moved out of the way with what is known of it. */
export interface SetAside {
  key: ObjectKey;
  why: string;
}

export interface Loaded {
  revision: number;
  rows: JournalRow[];
  setAside: SetAside[];
}

/** Where the store writes every change before anyone hears of it; a change that is written survives a loss of power. */
export interface Journal {
  load(): Loaded;
  /** `json`: the object. Throws `ClusterError` where it cannot be written; then nothing of it is. */
  put(key: ObjectKey, json: string, revision: number): void;
  remove(key: ObjectKey, revision: number): void;
  close(): void;
}

/**
 * Revisions are reserved in blocks, so that a restart continues above every revision ever handed out without a
 * second write per change.
 */
const REVISION_BLOCK = 1000;

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

/** Opens (or creates) `cluster.db` in `dataDir` for this process alone; throws `ClusterError` when another holds it. */
export function openJournal(dataDir: string): Journal {
  const release = lockDirectory(dataDir);
  const path = join(dataDir, "cluster.db");
  const database = openDatabase(path, release);
  const put = database.prepare(
    "INSERT INTO objects (resource, namespace, name, json) VALUES (?, ?, ?, ?) " +
      "ON CONFLICT (resource, namespace, name) DO UPDATE SET json = excluded.json",
  );
  const remove = database.prepare("DELETE FROM objects WHERE resource = ? AND namespace = ? AND name = ?");
  const reserve = database.prepare(
    "INSERT INTO counters (name, value) VALUES ('revision', ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
  );
  let reserved = 0;

  const reserveUpTo = (revision: number): void => {
    if (revision <= reserved) return;
    const next = revision + REVISION_BLOCK;
    reserve.run(next);
    reserved = next;
  };

  return {
    load() {
      try {
        const counter = database.prepare("SELECT value FROM counters WHERE name = 'revision'").get();
        reserved = counter === undefined ? 0 : (counter as { value: number }).value;
        return { revision: reserved, ...loadRows(database) };
      } catch (error) {
        throw openFailure(path, error);
      }
    },
    put({ resource, namespace, name }, json, revision) {
      written(dataDir, () => {
        reserveUpTo(revision);
        put.run(resource, namespace, name, json);
      });
    },
    remove({ resource, namespace, name }, revision) {
      written(dataDir, () => {
        reserveUpTo(revision);
        remove.run(resource, namespace, name);
      });
    },
    close() {
      if (!database.open) return;
      try {
        database.exec("PRAGMA wal_checkpoint(TRUNCATE)");
      } catch {
        // It only tidies up, and needs room to: what is not moved stays in the write-ahead log, and is read from there.
      } finally {
        database.close();
        release();
      }
    },
  };
}

/** A change that cannot be written did not happen, and whoever asked for it hears why. */
function written(dataDir: string, write: () => void): void {
  try {
    write();
  } catch (error) {
    const isFull = (error as { code?: unknown }).code === "SQLITE_FULL";
    throw new ClusterError(
      isFull ? clusterErrorCodes.diskFull : clusterErrorCodes.notStored,
      `The change was not stored: ${(error as Error).message}. Make room on the disk of ${dataDir}, or see to its permissions, and try again; everything stored before is safe.`,
      error,
    );
  }
}

type LibsqlDatabase = InstanceType<typeof Database>;

/** Holds the directory for this process by an open transaction; the kernel ends it should the process die. */
function lockDirectory(dataDir: string): () => void {
  const path = join(dataDir, "cluster.lock");
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

function openDatabase(path: string, release: () => void): LibsqlDatabase {
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
    release();
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

function openFailure(path: string, error: unknown): ClusterError {
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

interface Row extends ObjectKey {
  json: string;
}

/** One row that cannot be read must not keep all others from being served. */
function loadRows(database: LibsqlDatabase): Omit<Loaded, "revision"> {
  const stored = database
    .prepare(
      "SELECT resource, namespace, name, json FROM objects ORDER BY resource, namespace || '/' || name",
    )
    .all() as Row[];
  const rows: JournalRow[] = [];
  const setAside: SetAside[] = [];
  for (const { json, ...key } of stored) {
    const object = readObject(key, json);
    if (typeof object === "string") setAside.push({ key, why: object });
    else rows.push({ key, object, bytes: Buffer.byteLength(json) });
  }
  if (setAside.length > 0) moveAside(database, setAside);
  return { rows, setAside };
}

/** The object of a row, or why it is none. */
function readObject({ namespace, name }: ObjectKey, json: string): ApiObject | string {
  let object: unknown;
  try {
    object = JSON.parse(json);
  } catch (error) {
    return (error as Error).message;
  }
  if (!isRecord(object) || !isRecord(object["metadata"])) return "it is no object with metadata";
  const { metadata } = object as ApiObject;
  if (metadata.name === name && (metadata.namespace ?? "") === namespace) return object as ApiObject;
  return `it is of ${metadata.namespace ?? ""}/${metadata.name ?? ""}`;
}

function moveAside(database: LibsqlDatabase, rows: SetAside[]): void {
  const where = "WHERE resource = ? AND namespace = ? AND name = ?";
  const copy = database.prepare(
    `INSERT INTO objects_set_aside SELECT resource, namespace, name, json, ? FROM objects ${where}`,
  );
  const remove = database.prepare(`DELETE FROM objects ${where}`);
  database.transaction(() => {
    for (const { key, why } of rows) {
      copy.run(why, key.resource, key.namespace, key.name);
      remove.run(key.resource, key.namespace, key.name);
    }
  })();
}
