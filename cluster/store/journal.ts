import { join } from "node:path";
import { isRecord } from "../api/field-access.js";
import type { ApiObject } from "../api/object.js";
import { ClusterError, clusterErrorCodes } from "../errors.js";
import { lockDirectory, openDatabase, openFailure } from "./database.js";
import type { JournalDatabase } from "./database.js";
import { JournalWriter } from "./journal-writer.js";
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

/** One change of one object. */
export interface JournalChange {
  key: ObjectKey;
  /** The object; absent where it is removed. */
  json: string | undefined;
  revision: number;
}

/** Where the store writes its changes. */
export interface Journal {
  /** What is kept; to be read once, before anything is written. */
  load(): Loaded;
  /**
   * Brings changes to the disk, all or none; one call at a time. What it has resolved for survives a loss of power, and
   * where it rejects with a `ClusterError` nothing was written.
   */
  write(changes: readonly JournalChange[]): Promise<void>;
  /** Lets a write that is under way end. */
  close(): Promise<void>;
}

/** Opens (or creates) `cluster.db` in `dataDir` for this process alone, and reads it; rejects with `ClusterError` when another holds it. */
export async function openJournal(dataDir: string): Promise<Journal> {
  const release = lockDirectory(join(dataDir, "cluster.lock"));
  const path = join(dataDir, "cluster.db");
  let database: JournalDatabase | undefined;
  try {
    database = await openDatabase(path);
    const loaded = await load(database);
    const writer = await JournalWriter.on(database, loaded.revision);
    return new DatabaseJournal({ database, writer, loaded, dataDir, release });
  } catch (error) {
    database?.close();
    release();
    throw openFailure(path, error);
  }
}

interface OpenJournal {
  database: JournalDatabase;
  writer: JournalWriter;
  loaded: Loaded;
  dataDir: string;
  release: () => void;
}

class DatabaseJournal implements Journal {
  /** Absent once it is closed: the library keeps its files open for as long as anybody knows the connection or a statement of it. */
  #open: Pick<OpenJournal, "database" | "writer"> | undefined;
  readonly #dataDir: string;
  readonly #release: () => void;
  #loaded: Loaded | undefined;
  #underWay: Promise<void> = Promise.resolve();

  constructor({ database, writer, loaded, dataDir, release }: OpenJournal) {
    this.#open = { database, writer };
    this.#loaded = loaded;
    this.#dataDir = dataDir;
    this.#release = release;
  }

  load(): Loaded {
    const loaded = this.#loaded;
    if (loaded === undefined)
      throw new Error("what the journal kept should be read once, and was read before");
    this.#loaded = undefined;
    return loaded;
  }

  write(changes: readonly JournalChange[]): Promise<void> {
    const written = this.#write(changes);
    this.#underWay = written.catch(() => undefined);
    return written;
  }

  async close(): Promise<void> {
    if (this.#open === undefined) return;
    const { database } = this.#open;
    this.#open = undefined;
    await this.#underWay;
    try {
      await database.exec("PRAGMA wal_checkpoint(TRUNCATE)");
    } catch {
      // It only tidies up, and needs room to: what is not moved stays in the write-ahead log, and is read from there.
    } finally {
      database.close();
      this.#release();
    }
  }

  async #write(changes: readonly JournalChange[]): Promise<void> {
    if (this.#open === undefined) throw hasEnded();
    try {
      await this.#open.writer.write(changes);
    } catch (error) {
      throw notStored(this.#dataDir, error);
    }
  }
}

/** Whoever writes then has come too late; nothing is wrong with the disk. */
function hasEnded(): ClusterError {
  return new ClusterError(
    clusterErrorCodes.notStored,
    "The change was not stored: the cluster has ended. Start it again, and make the change anew; everything stored before is safe.",
  );
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

async function load(database: JournalDatabase): Promise<Loaded> {
  const counter = (await database.prepare("SELECT value FROM counters WHERE name = 'revision'")).get();
  const { value } = (counter ?? { value: 0 }) as { value: number };
  return { revision: value, ...(await loadRows(database)) };
}

/** One row that cannot be read must not keep all others from being served. */
async function loadRows(database: JournalDatabase): Promise<Omit<Loaded, "revision">> {
  const select = await database.prepare(
    "SELECT resource, namespace, name, json FROM objects ORDER BY resource, namespace || '/' || name",
  );
  const rows: JournalRow[] = [];
  const setAside: SetAside[] = [];
  for (const { resource, namespace, name, json } of (await select.all()) as Row[]) {
    const key = { resource, namespace, name };
    const object = readObject(key, json);
    if (typeof object === "string") setAside.push({ key, why: object });
    else rows.push({ key, object, bytes: Buffer.byteLength(json) });
  }
  if (setAside.length > 0) await moveAside(database, setAside);
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

async function moveAside(database: JournalDatabase, rows: SetAside[]): Promise<void> {
  const where = "WHERE resource = ? AND namespace = ? AND name = ?";
  const copy = await database.prepare(
    `INSERT INTO objects_set_aside SELECT resource, namespace, name, json, ? FROM objects ${where}`,
  );
  const remove = await database.prepare(`DELETE FROM objects ${where}`);
  await database.exec("BEGIN");
  for (const { key, why } of rows) {
    copy.run(why, key.resource, key.namespace, key.name);
    remove.run(key.resource, key.namespace, key.name);
  }
  await database.exec("COMMIT");
}
