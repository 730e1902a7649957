import type { JournalDatabase, Statement } from "./database.js";
import type { JournalChange } from "./journal.js";

/**
 * Revisions are reserved in blocks, so that a restart continues above every revision ever handed out without a
 * second write per change.
 */
const REVISION_BLOCK = 1_000_000;
/** Always reserved beyond the last change on the disk: a full one reserves no more, while what it refuses takes revisions. */
const SPARE_REVISIONS = REVISION_BLOCK / 2;
const PUT =
  "INSERT INTO objects (resource, namespace, name, json) VALUES (?, ?, ?, ?) " +
  "ON CONFLICT (resource, namespace, name) DO UPDATE SET json = excluded.json";
const REMOVE = "DELETE FROM objects WHERE resource = ? AND namespace = ? AND name = ?";
const RESERVE =
  "INSERT INTO counters (name, value) VALUES ('revision', ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value";

interface Statements {
  begin: Statement;
  put: Statement;
  remove: Statement;
  reserve: Statement;
}

/** Writes changes into the journal's database; only what goes into SQLite's memory is done in the thread that calls. */
export class JournalWriter {
  readonly #database: JournalDatabase;
  readonly #statements: Statements;
  /** Up to where revisions are reserved on the disk. */
  #reserved: number;

  private constructor(database: JournalDatabase, statements: Statements, reserved: number) {
    this.#database = database;
    this.#statements = statements;
    this.#reserved = reserved;
  }

  /** `reserved`: the revision that the database has reserved. */
  static async on(database: JournalDatabase, reserved: number): Promise<JournalWriter> {
    const statements = {
      begin: await database.prepare("BEGIN"),
      put: await database.prepare(PUT),
      remove: await database.prepare(REMOVE),
      reserve: await database.prepare(RESERVE),
    };
    const writer = new JournalWriter(database, statements, reserved);
    // A disk that is full now takes it with the first change it takes.
    await writer.write([], reserved).catch(() => undefined);
    return writer;
  }

  /** All of the changes, of which `revision` is the last, or none where it rejects. */
  async write(changes: readonly JournalChange[], revision = changes.at(-1)?.revision ?? 0): Promise<void> {
    const isScarce = revision + SPARE_REVISIONS > this.#reserved;
    const reserved = isScarce ? revision + REVISION_BLOCK : this.#reserved;
    try {
      this.#statements.begin.run();
      if (reserved > this.#reserved) this.#statements.reserve.run(reserved);
      for (const change of changes) this.#enter(change);
      await this.#database.exec("COMMIT");
      this.#reserved = reserved;
    } catch (error) {
      await this.#rollBack();
      throw error;
    }
  }

  #enter({ key: { resource, namespace, name }, json }: JournalChange): void {
    if (json === undefined) this.#statements.remove.run(resource, namespace, name);
    else this.#statements.put.run(resource, namespace, name, json);
  }

  async #rollBack(): Promise<void> {
    try {
      await this.#database.exec("ROLLBACK");
    } catch {
      // After some failures SQLite has rolled back by itself.
    }
  }
}
