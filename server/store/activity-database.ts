import Database from "libsql";
import type { StepResult } from "../../workshop/common/api.js";

/** What is remembered of one session besides the results of its steps. */
export interface SessionActivity {
  currentPage?: string;
  /** Epoch milliseconds. */
  lastActivityAt: number;
}

/** A learner's progress, kept in one SQLite file. */
export interface ActivityDatabase {
  saveResult(session: string, result: StepResult): void;
  results(session: string): StepResult[];
  /** Results that were running or queued when they were last saved, with their sessions. */
  unsettled(): { session: string; result: StepResult }[];
  visit(session: string, page: string): void;
  touch(session: string): void;
  activity(session: string): SessionActivity | undefined;
  /** Forgets a session. */
  remove(session: string): void;
  /** Forgets every session that is not in the list. */
  keepOnly(sessions: readonly string[]): void;
  close(): void;
}

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS activity (
    session TEXT PRIMARY KEY,
    current_page TEXT,
    last_activity_at INTEGER NOT NULL
  ) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS results (
    session TEXT NOT NULL,
    page TEXT NOT NULL,
    step INTEGER NOT NULL,
    state TEXT NOT NULL,
    result TEXT NOT NULL,
    PRIMARY KEY (session, page, step)
  ) WITHOUT ROWID;
  CREATE INDEX IF NOT EXISTS results_by_state ON results (state) WHERE state IN ('queued', 'running');
`;
/** A second server process is refused by the data directory's lock; this waits out one that is just ending. */
const BUSY_TIMEOUT_MS = 3_000;

/** Opens or creates the file. A write is on the disk when the call returns. */
export function openActivityDatabase(file: string, now = Date.now): ActivityDatabase {
  const database = new Database(file, { timeout: BUSY_TIMEOUT_MS });
  database.pragma("journal_mode = WAL");
  database.pragma("synchronous = FULL");
  database.exec(SCHEMA);
  const statements = prepare(database);
  const touch = (session: string) => void statements.touch.run(session, now());
  return {
    saveResult: (session, result) => {
      statements.save.run(session, result.page, result.step, result.state, JSON.stringify(result));
      touch(session);
    },
    results: (session) => (statements.results.all(session) as Row[]).map(parse),
    unsettled: () =>
      (statements.unsettled.all() as Row[]).map((row) => ({ session: row.session, result: parse(row) })),
    visit: (session, page) => void statements.visit.run(session, page, now()),
    touch,
    activity: (session) => activityOf(statements.activity.get(session)),
    remove: (session) => {
      statements.removeResults.run(session);
      statements.removeActivity.run(session);
    },
    keepOnly: (sessions) => {
      const kept = JSON.stringify(sessions);
      statements.pruneResults.run(kept);
      statements.pruneActivity.run(kept);
    },
    close: () => void database.close(),
  };
}

interface Row {
  session: string;
  result: string;
}

function prepare(database: Database.Database) {
  const kept = "session NOT IN (SELECT value FROM json_each(?))";
  return {
    save: database.prepare(
      `INSERT INTO results (session, page, step, state, result) VALUES (?, ?, ?, ?, ?)
       ON CONFLICT DO UPDATE SET state = excluded.state, result = excluded.result`,
    ),
    results: database.prepare("SELECT session, result FROM results WHERE session = ? ORDER BY page, step"),
    unsettled: database.prepare("SELECT session, result FROM results WHERE state IN ('queued', 'running') ORDER BY session, page, step"),
    touch: database.prepare(
      `INSERT INTO activity (session, last_activity_at) VALUES (?, ?)
       ON CONFLICT DO UPDATE SET last_activity_at = excluded.last_activity_at`,
    ),
    visit: database.prepare(
      `INSERT INTO activity (session, current_page, last_activity_at) VALUES (?, ?, ?)
       ON CONFLICT DO UPDATE SET current_page = excluded.current_page, last_activity_at = excluded.last_activity_at`,
    ),
    activity: database.prepare("SELECT current_page, last_activity_at FROM activity WHERE session = ?"),
    removeResults: database.prepare("DELETE FROM results WHERE session = ?"),
    removeActivity: database.prepare("DELETE FROM activity WHERE session = ?"),
    pruneResults: database.prepare(`DELETE FROM results WHERE ${kept}`),
    pruneActivity: database.prepare(`DELETE FROM activity WHERE ${kept}`),
  };
}

function parse(row: Row): StepResult {
  return JSON.parse(row.result) as StepResult;
}

function activityOf(row: unknown): SessionActivity | undefined {
  if (row === undefined || row === null) return undefined;
  const { current_page: page, last_activity_at: lastActivityAt } = row as {
    current_page: string | null;
    last_activity_at: number;
  };
  return { ...(page === null ? {} : { currentPage: page }), lastActivityAt };
}
