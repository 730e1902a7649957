import { closeSync, openSync } from "node:fs";
import Database from "libsql/promise";
import type { StepResult } from "../../workshop/common/api.js";
import type { PageNotes } from "../../workshop/common/notes.js";
import { isSuccess } from "../../workshop/common/step-state.js";
import type {
  ActivityStore,
  SavedStep,
  SessionActivity,
  StepKey,
  StepRecord,
} from "../../workshop/node/activity-store.js";
import { withRoom } from "./full-disk.js";
import { schemaNewer } from "./schema-newer.js";
import { createLogWiper } from "./log-wiper.js";
import { createWriteQueue } from "./write-queue.js";

/** Written into the file; one that is larger than this was written by a newer Lectern. */
const SCHEMA_VERSION = 2;
/** What is forgotten of learners is overwritten: their notes are nobody's to read. */
const SCHEMA = `
  PRAGMA journal_mode = WAL;
  PRAGMA synchronous = FULL;
  PRAGMA secure_delete = ON;
  CREATE TABLE IF NOT EXISTS activity (
    session TEXT PRIMARY KEY,
    current_page TEXT,
    last_activity_at INTEGER NOT NULL
  ) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS results (
    session TEXT NOT NULL,
    page TEXT NOT NULL,
    step TEXT NOT NULL,
    state TEXT NOT NULL,
    failures INTEGER NOT NULL,
    done INTEGER NOT NULL DEFAULT 0,
    command TEXT NOT NULL,
    result TEXT NOT NULL,
    PRIMARY KEY (session, page, step)
  ) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS notes (
    session TEXT NOT NULL,
    page TEXT NOT NULL,
    text TEXT NOT NULL,
    version INTEGER NOT NULL,
    PRIMARY KEY (session, page)
  ) WITHOUT ROWID;
  CREATE INDEX IF NOT EXISTS results_by_state ON results (state) WHERE state IN ('queued', 'running');
`;
/** A second server process is refused by the data directory's lock; this waits out one that is just ending. */
const BUSY_TIMEOUT_MS = 3_000;

/**
 * Opens or creates the store of one server as one SQLite file. Results of an older version that name their steps by number are
 * dropped, and their count is told. Throws SERVER_DISK_FULL, SERVER_SCHEMA_NEWER.
 */
export async function openActivityDatabase(
  file: string,
  onDropped: (results: number) => void = () => undefined,
): Promise<ActivityStore> {
  const { database, statements, dropped } = await withRoom(file, () => open(file));
  if (dropped > 0) onDropped(dropped);
  const queue = createWriteQueue(database, file);
  const wipe = createLogWiper(database, queue);
  const rows = <Row>(statement: Statement, ...values: unknown[]) =>
    queue.read(() => statement.all(...values)) as Promise<Row[]>;
  const stepOf = async ({ session, page, step }: StepKey) => {
    const [row] = await rows<ResultRow & StepRow>(statements.step, session, page, step);
    return row && { ...savedOf(row), record: recordOf(row) };
  };
  return {
    beginStep: async (step) => {
      const { changes } = await queue.write(() => statements.begin.run(...columnsOf(step)));
      return changes > 0 ? undefined : stepOf({ ...step.result, session: step.session });
    },
    saveStep: async (step) => {
      const statement = step.command === "" ? statements.notice : statements.save;
      return (await queue.write(() => statement.run(...columnsOf(step)))).changes > 0;
    },
    results: async (session) => (await rows<ResultRow>(statements.results, session)).map(resultOf),
    step: stepOf,
    steps: async () => (await rows<StepRow>(statements.steps)).map(recordOf),
    // Nobody else uses the file: what is not known was left by another before.
    takeOver: async (isKnown) =>
      (await rows<ResultRow>(statements.unsettled)).map(savedOf).filter((run) => !isKnown(run)),
    activity: async (session) =>
      (session === undefined
        ? await rows<ActivityRow>(statements.activity)
        : await rows<ActivityRow>(statements.activityOf, session)
      ).map(activityOf),
    saveActivity: async ({ session, page = null, lastActivityAt = "" }) => {
      await queue.write(() => statements.saveActivity.run(session, page, Date.parse(lastActivityAt)));
    },
    notes: async (session) =>
      (await rows<PageNotes>(statements.notes, session)).map(({ page, text, version }) => ({
        page,
        text,
        version,
      })),
    saveNotes: async (session, { page, text, version }) =>
      (await queue.write(() => statements.saveNotes.run(session, page, text, version))).changes > 0,
    forget: async (session) => {
      await queue.write(() => {
        statements.forgetNotes.run(session);
        statements.forgetResults.run(session);
        statements.forgetActivity.run(session);
      });
      await wipe();
    },
    onChange: () => () => undefined,
    close: async () => {
      await queue.idle();
      // The driver lets go of the file only when its statements are collected, which a process that ends does not wait for.
      await (await database.prepare("PRAGMA wal_checkpoint(TRUNCATE)")).all();
      database.close();
    },
  };
}

async function open(file: string) {
  // Made first, so that it is never readable by others; the files beside it take its mode.
  closeSync(openSync(file, "a", 0o600));
  const database = new Database(file, { timeout: BUSY_TIMEOUT_MS });
  const [{ user_version: version } = { user_version: 0 }] = await read<{ user_version: number }>(
    database,
    "PRAGMA user_version",
  );
  if (version > SCHEMA_VERSION) {
    database.close();
    throw schemaNewer(
      `The activity store ${file}`,
      `schema ${String(version)}`,
      `schema ${String(SCHEMA_VERSION)}`,
    );
  }
  const dropped = await dropNumbered(database);
  await database.exec(SCHEMA);
  // Nothing is written where nothing changes: a server comes back on a full disk.
  if (version !== SCHEMA_VERSION) await database.exec(`PRAGMA user_version = ${String(SCHEMA_VERSION)}`);
  return { database, statements: await prepare(database), dropped };
}

/** A number says nothing about the steps that a page has now. */
async function dropNumbered(database: Database): Promise<number> {
  const columns = await read<{ name: string; type: string }>(database, "PRAGMA table_info(results)");
  if (!columns.some(({ name, type }) => name === "step" && type === "INTEGER")) return 0;
  const [row] = await read<{ count: number }>(database, "SELECT count(*) AS count FROM results");
  await database.exec("DROP TABLE results");
  return row?.count ?? 0;
}

async function read<Row>(database: Database, sql: string): Promise<Row[]> {
  return (await (await database.prepare(sql)).all()) as Row[];
}

/** The part of a prepared statement that is used: the driver's type says nothing. */
interface Statement {
  run(...values: unknown[]): { changes: number };
  all(...values: unknown[]): Promise<unknown[]>;
}

/** Of one that is run again, only a success clears what it failed before, and nothing undoes a success. */
const REPLACED = `state = excluded.state, command = excluded.command, result = excluded.result,
  done = max(results.done, excluded.done),
  failures = CASE WHEN excluded.done THEN 0 ELSE results.failures + excluded.failures END`;
const INSERTED = "INSERT INTO results (session, page, step, command, state, failures, done, result)";
const UNDER_WAY = "results.state IN ('queued', 'running')";

async function prepare(database: Database) {
  const prepared = (sql: string) => database.prepare(sql) as Promise<Statement>;
  const columns = "session, page, step, state, failures, done, command, result";
  return {
    begin: await prepared(
      `${INSERTED} VALUES (?, ?, ?, ?, ?, ?, ?, ?)
       ON CONFLICT DO UPDATE SET ${REPLACED} WHERE NOT ${UNDER_WAY} OR results.command = excluded.command`,
    ),
    notice: await prepared(
      `${INSERTED} VALUES (?, ?, ?, ?, ?, ?, ?, ?)
       ON CONFLICT DO UPDATE SET ${REPLACED} WHERE NOT ${UNDER_WAY} AND NOT results.done`,
    ),
    // Only what is there is replaced: a run that is not, was forgotten.
    save: await prepared(
      `UPDATE results SET state = ?5, result = ?8, done = max(done, ?7),
         failures = CASE WHEN ?7 THEN 0 ELSE failures + ?6 END
       WHERE session = ?1 AND page = ?2 AND step = ?3 AND command = ?4 AND ${UNDER_WAY}`,
    ),
    results: await prepared(
      `SELECT ${columns} FROM results WHERE session = ? ORDER BY page, json_extract(result, '$.number')`,
    ),
    step: await prepared(`SELECT ${columns} FROM results WHERE session = ? AND page = ? AND step = ?`),
    steps: await prepared("SELECT session, page, step, state, failures, done FROM results"),
    unsettled: await prepared(
      `SELECT ${columns} FROM results WHERE ${UNDER_WAY} ORDER BY session, page, json_extract(result, '$.number')`,
    ),
    activity: await prepared("SELECT session, current_page, last_activity_at FROM activity"),
    activityOf: await prepared(
      "SELECT session, current_page, last_activity_at FROM activity WHERE session = ?",
    ),
    saveActivity: await prepared(
      `INSERT INTO activity (session, current_page, last_activity_at) VALUES (?, ?, ?)
       ON CONFLICT DO UPDATE SET current_page = coalesce(excluded.current_page, current_page),
         last_activity_at = excluded.last_activity_at`,
    ),
    notes: await prepared("SELECT page, text, version FROM notes WHERE session = ? ORDER BY page"),
    // The first is written where there is none, and each other one over the one that was read.
    saveNotes: await prepared(
      `INSERT INTO notes (session, page, text, version) SELECT ?1, ?2, ?3, ?4 + 1
       WHERE ?4 = 0 OR EXISTS (SELECT 1 FROM notes WHERE session = ?1 AND page = ?2)
       ON CONFLICT DO UPDATE SET text = excluded.text, version = excluded.version WHERE notes.version = ?4`,
    ),
    forgetNotes: await prepared("DELETE FROM notes WHERE session = ?"),
    forgetResults: await prepared("DELETE FROM results WHERE session = ?"),
    forgetActivity: await prepared("DELETE FROM activity WHERE session = ?"),
  };
}

interface ResultRow {
  session: string;
  command: string;
  result: string;
  done: number;
  failures: number;
}

type StepRow = Omit<StepRecord, "done"> & { done: number };

interface ActivityRow {
  session: string;
  current_page: string | null;
  last_activity_at: number;
}

/** In the order of the columns that are inserted. */
function columnsOf({ session, result, command }: SavedStep): unknown[] {
  const { page, step, state } = result;
  const failures = state === "failed" ? 1 : 0;
  return [session, page, step, command, state, failures, isSuccess(result) ? 1 : 0, JSON.stringify(result)];
}

function savedOf(row: ResultRow): SavedStep {
  return { session: row.session, command: row.command, result: resultOf(row) };
}

function resultOf({ result, done, failures }: ResultRow): StepResult {
  return {
    ...(JSON.parse(result) as StepResult),
    ...(done ? { done: true } : {}),
    ...(failures > 0 && { failures }),
  };
}

/** The driver may add fields of its own to a row. */
function recordOf({ session, page, step, state, failures, done }: StepRow): StepRecord {
  return { session, page, step, state, failures, done: done === 1 };
}

function activityOf({ session, current_page: page, last_activity_at: at }: ActivityRow): SessionActivity {
  return { session, ...(page === null ? {} : { page }), lastActivityAt: new Date(at).toISOString() };
}
