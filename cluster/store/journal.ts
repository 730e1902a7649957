import { join } from "node:path";
import Database from "libsql";
import type { ApiObject } from "../api/object.js";
import { ClusterError, clusterErrorCodes } from "../errors.js";

/** One object as it lies in the journal. */
export interface JournalRow {
  resource: string;
  namespace: string;
  name: string;
  object: ApiObject;
}

/** Where the store writes every change before anyone hears of it. */
export interface Journal {
  load(): { revision: number; rows: JournalRow[] };
  put(row: JournalRow, revision: number): void;
  remove(row: Omit<JournalRow, "object">, revision: number): void;
  close(): void;
}

/**
 * Revisions are reserved in blocks, so that a restart continues above every revision ever handed out without a
 * second write per change.
 */
const REVISION_BLOCK = 1000;

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS objects (
    resource TEXT NOT NULL, namespace TEXT NOT NULL, name TEXT NOT NULL, json TEXT NOT NULL,
    PRIMARY KEY (resource, namespace, name)) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS counters (name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
`;

/** Opens (or creates) `cluster.db` in `dataDir` for this process alone; throws `ClusterError` when another holds it. */
export function openJournal(dataDir: string): Journal {
  const release = lockDirectory(dataDir);
  const database = openDatabase(join(dataDir, "cluster.db"), release);
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
      const counter = database.prepare("SELECT value FROM counters WHERE name = 'revision'").get();
      reserved = counter === undefined ? 0 : (counter as { value: number }).value;
      return { revision: reserved, rows: loadRows(database) };
    },
    put({ resource, namespace, name, object }, revision) {
      written(dataDir, () => {
        reserveUpTo(revision);
        put.run(resource, namespace, name, JSON.stringify(object));
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
    throw new ClusterError(
      clusterErrorCodes.notStored,
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
  try {
    const database = new Database(path);
    database.exec("PRAGMA journal_mode = WAL");
    database.exec("PRAGMA synchronous = NORMAL");
    database.exec(SCHEMA);
    return database;
  } catch (error) {
    release();
    throw openFailure(path, error);
  }
}

function openFailure(path: string, error: unknown): ClusterError {
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

function loadRows(database: LibsqlDatabase): JournalRow[] {
  const rows = database.prepare("SELECT resource, namespace, name, json FROM objects").all() as {
    resource: string;
    namespace: string;
    name: string;
    json: string;
  }[];
  return rows.map(({ resource, namespace, name, json }) => ({
    resource,
    namespace,
    name,
    object: JSON.parse(json) as ApiObject,
  }));
}
