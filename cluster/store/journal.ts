import { dirname, join } from "node:path";
import { isRecord } from "../api/field-access.js";
import type { ApiObject } from "../api/object.js";
import { ClusterError, clusterErrorCodes } from "../errors.js";
import { lockDirectory, openDatabase, openFailure } from "./database.js";
import type { LibsqlDatabase } from "./database.js";
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

/**
 * Where the store writes its changes. What is committed survives a loss of power; where `put`, `remove` or `commit` throws
 * a `ClusterError`, no change since the last commit is written.
 */
export interface Journal {
  load(): Loaded;
  /** `json`: the object. */
  put(key: ObjectKey, json: string, revision: number): void;
  remove(key: ObjectKey, revision: number): void;
  /** Brings the changes since the last commit to the disk, all or none. */
  commit(): void;
  /** What is not committed is lost. */
  close(): void;
}

/**
 * Revisions are reserved in blocks, so that a restart continues above every revision ever handed out without a
 * second write per change.
 */
const REVISION_BLOCK = 1000;

/** Opens (or creates) `cluster.db` in `dataDir` for this process alone; throws `ClusterError` when another holds it. */
export function openJournal(dataDir: string): Journal {
  const release = lockDirectory(join(dataDir, "cluster.lock"));
  const path = join(dataDir, "cluster.db");
  try {
    return new DatabaseJournal(openDatabase(path), path, release);
  } catch (error) {
    release();
    throw error;
  }
}

class DatabaseJournal implements Journal {
  readonly #database: LibsqlDatabase;
  readonly #path: string;
  readonly #release: () => void;
  readonly #put;
  readonly #remove;
  readonly #reserve;
  /** Up to where revisions are reserved, by what is committed and by what will be with the next commit. */
  #reserved = { committed: 0, next: 0 };
  #isChanging = false;

  constructor(database: LibsqlDatabase, path: string, release: () => void) {
    this.#database = database;
    this.#path = path;
    this.#release = release;
    this.#put = database.prepare(
      "INSERT INTO objects (resource, namespace, name, json) VALUES (?, ?, ?, ?) " +
        "ON CONFLICT (resource, namespace, name) DO UPDATE SET json = excluded.json",
    );
    this.#remove = database.prepare("DELETE FROM objects WHERE resource = ? AND namespace = ? AND name = ?");
    this.#reserve = database.prepare(
      "INSERT INTO counters (name, value) VALUES ('revision', ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
    );
  }

  load(): Loaded {
    try {
      const counter = this.#database.prepare("SELECT value FROM counters WHERE name = 'revision'").get();
      const { value } = (counter ?? { value: 0 }) as { value: number };
      this.#reserved = { committed: value, next: value };
      return { revision: value, ...loadRows(this.#database) };
    } catch (error) {
      throw openFailure(this.#path, error);
    }
  }

  put({ resource, namespace, name }: ObjectKey, json: string, revision: number): void {
    this.#change(revision, () => this.#put.run(resource, namespace, name, json));
  }

  remove({ resource, namespace, name }: ObjectKey, revision: number): void {
    this.#change(revision, () => this.#remove.run(resource, namespace, name));
  }

  commit(): void {
    if (!this.#isChanging) return;
    this.#written(() => this.#database.exec("COMMIT"));
    this.#isChanging = false;
    this.#reserved.committed = this.#reserved.next;
  }

  close(): void {
    if (!this.#database.open) return;
    this.#rollBack();
    try {
      this.#database.exec("PRAGMA wal_checkpoint(TRUNCATE)");
    } catch {
      // It only tidies up, and needs room to: what is not moved stays in the write-ahead log, and is read from there.
    } finally {
      this.#database.close();
      this.#release();
    }
  }

  #change(revision: number, run: () => void): void {
    this.#written(() => {
      if (!this.#isChanging) this.#database.exec("BEGIN");
      this.#isChanging = true;
      if (revision > this.#reserved.next) {
        this.#reserved.next = revision + REVISION_BLOCK;
        this.#reserve.run(this.#reserved.next);
      }
      run();
    });
  }

  /** A change that cannot be written did not happen, nor did those that were to be committed with it. */
  #written(write: () => void): void {
    try {
      write();
    } catch (error) {
      this.#rollBack();
      throw notStored(dirname(this.#path), error);
    }
  }

  #rollBack(): void {
    this.#reserved.next = this.#reserved.committed;
    if (!this.#isChanging) return;
    this.#isChanging = false;
    try {
      this.#database.exec("ROLLBACK");
    } catch {
      // After some failures SQLite has rolled back by itself.
    }
  }
}

function notStored(dataDir: string, error: unknown): ClusterError {
  const isFull = (error as { code?: unknown }).code === "SQLITE_FULL";
  return new ClusterError(
    isFull ? clusterErrorCodes.diskFull : clusterErrorCodes.notStored,
    `The change was not stored: ${(error as Error).message}. Make room on the disk of ${dataDir}, or see to its permissions, and try again; everything stored before is safe.`,
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
