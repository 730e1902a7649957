import { closeSync, openSync } from "node:fs";
import Database from "libsql/promise";
import type { StepResult } from "../../workshop/common/api.js";
import { isSuccess } from "../../workshop/common/step-state.js";
import type { ActivityStore, SessionActivity, StepRecord } from "../../workshop/node/activity-store.js";
import { withRoom } from "./full-disk.js";
import { createWriteQueue } from "./write-queue.js";

const SCHEMA = `
  PRAGMA journal_mode = WAL;
  PRAGMA synchronous = FULL;
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
  CREATE INDEX IF NOT EXISTS results_by_state ON results (state) WHERE state IN ('queued', 'running');
`;
/** A second server process is refused by the data directory's lock; this waits out one that is just ending. */
const BUSY_TIMEOUT_MS = 3_000;

/**
 * Opens or creates the store as one SQLite file. Results of an older version that name their steps by number are dropped, and their
 * count is told. Throws SERVER_DISK_FULL.
 */
export async function openActivityDatabase(
  file: string,
  onDropped: (results: number) => void = () => undefined,
): Promise<ActivityStore> {
  const { database, statements, dropped } = await withRoom(file, () => open(file));
  if (dropped > 0) onDropped(dropped);
  const queue = createWriteQueue(database, file);
  const rows = <Row>(statement: Statement, ...values: unknown[]) =>
    queue.read(() => statement.all(...values)) as Promise<Row[]>;
  return {
    saveStep: ({ session, result, command }) => {
      const { page, step, state } = result;
      const [failures, done] = [state === "failed" ? 1 : 0, isSuccess(result) ? 1 : 0];
      const text = JSON.stringify(result);
      return queue.write(() =>
        statements.save.run(session, page, step, state, failures, done, command, text),
      );
    },
    results: async (session) => (await rows<ResultRow>(statements.results, session)).map(resultOf),
    steps: async () => (await rows<StepRow>(statements.steps)).map(recordOf),
    unsettled: async () =>
      (await rows<ResultRow>(statements.unsettled)).map((row) => ({
        session: row.session,
        command: row.command,
        result: resultOf(row),
      })),
    activity: async () => (await rows<ActivityRow>(statements.activity)).map(activityOf),
    saveActivity: ({ session, page = null, lastActivityAt = "" }) =>
      queue.write(() => statements.saveActivity.run(session, page, Date.parse(lastActivityAt))),
    forget: (session) =>
      queue.write(() => {
        statements.forgetResults.run(session);
        statements.forgetActivity.run(session);
      }),
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
  const dropped = await dropNumbered(database);
  await database.exec(SCHEMA);
  return { database, statements: await prepare(database), dropped };
}

/** A number says nothing about the steps that a page has now. */
async function dropNumbered(database: Database): Promise<number> {
  const columns = (await (await database.prepare("PRAGMA table_info(results)")).all()) as Column[];
  if (!columns.some(({ name, type }) => name === "step" && type === "INTEGER")) return 0;
  const [row] = (await (await database.prepare("SELECT count(*) AS count FROM results")).all()) as Count[];
  await database.exec("DROP TABLE results");
  return row?.count ?? 0;
}

interface Column {
  name: string;
  type: string;
}

interface Count {
  count: number;
}

/** The part of a prepared statement that is used: the driver's type says nothing. */
interface Statement {
  run(...values: unknown[]): void;
  all(...values: unknown[]): Promise<unknown[]>;
}

async function prepare(database: Database) {
  const prepared = (sql: string) => database.prepare(sql) as Promise<Statement>;
  return {
    // A step that runs again is not a failure yet; only a success clears what it failed before, and nothing undoes a success.
    save: await prepared(
      `INSERT INTO results (session, page, step, state, failures, done, command, result) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
       ON CONFLICT DO UPDATE SET state = excluded.state, command = excluded.command, result = excluded.result,
         done = max(done, excluded.done),
         failures = CASE WHEN excluded.done THEN 0 ELSE failures + excluded.failures END`,
    ),
    results: await prepared(
      "SELECT session, command, result, done FROM results WHERE session = ? ORDER BY page, json_extract(result, '$.number')",
    ),
    steps: await prepared("SELECT session, page, step, state, failures, done FROM results"),
    unsettled: await prepared(
      `SELECT session, command, result, done FROM results WHERE state IN ('queued', 'running')
       ORDER BY session, page, json_extract(result, '$.number')`,
    ),
    activity: await prepared("SELECT session, current_page, last_activity_at FROM activity"),
    saveActivity: await prepared(
      `INSERT INTO activity (session, current_page, last_activity_at) VALUES (?, ?, ?)
       ON CONFLICT DO UPDATE SET current_page = excluded.current_page, last_activity_at = excluded.last_activity_at`,
    ),
    forgetResults: await prepared("DELETE FROM results WHERE session = ?"),
    forgetActivity: await prepared("DELETE FROM activity WHERE session = ?"),
  };
}

interface ResultRow {
  session: string;
  command: string;
  result: string;
  done: number;
}

type StepRow = Omit<StepRecord, "done"> & { done: number };

interface ActivityRow {
  session: string;
  current_page: string | null;
  last_activity_at: number;
}

function resultOf({ result, done }: ResultRow): StepResult {
  return { ...(JSON.parse(result) as StepResult), ...(done ? { done: true } : {}) };
}

/** The driver may add fields of its own to a row. */
function recordOf({ session, page, step, state, failures, done }: StepRow): StepRecord {
  return { session, page, step, state, failures, done: done === 1 };
}

function activityOf({ session, current_page: page, last_activity_at: at }: ActivityRow): SessionActivity {
  return { session, ...(page === null ? {} : { page }), lastActivityAt: new Date(at).toISOString() };
}
