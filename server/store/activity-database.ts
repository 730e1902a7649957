import { closeSync, openSync } from "node:fs";
import Database from "libsql";
import type { StepResult } from "../../workshop/common/api.js";
import type { Activity, ActivityStore } from "../../workshop/node/activity-store.js";
import { ifRoom, withRoom } from "./full-disk.js";
import { createHeldResults } from "./held-results.js";
import type { SavedStep } from "./held-results.js";

/** How far a session has come, without the results themselves. */
export interface Progress {
  done: number;
  failed: number;
  /** Failures of one step without a success since; the step with most of them. */
  failuresOfOneStep: number;
}

/** Learners' progress, kept in one SQLite file. */
export interface ActivityDatabase extends ActivityStore {
  resultsNow(session: string): StepResult[];
  activityNow(session: string): Activity;
  progress(session: string): Progress;
  /** Keeps a result and the id of the command behind it; it is on the disk when the call returns. Throws SERVER_DISK_FULL. */
  saveStep(session: string, result: StepResult, command: string): void;
  /** Keeps a result that the disk has no room for, and writes it as soon as it has. */
  holdStep(session: string, result: StepResult, command: string): void;
  /** Results that were running or queued when they were last saved, with their sessions. */
  unsettled(): { session: string; result: StepResult; command: string }[];
  touch(session: string): void;
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
    failures INTEGER NOT NULL,
    command TEXT NOT NULL,
    result TEXT NOT NULL,
    PRIMARY KEY (session, page, step)
  ) WITHOUT ROWID;
  CREATE INDEX IF NOT EXISTS results_by_state ON results (state) WHERE state IN ('queued', 'running');
`;
/** A second server process is refused by the data directory's lock; this waits out one that is just ending. */
const BUSY_TIMEOUT_MS = 3_000;

/** Opens or creates the file. A write is on the disk when the call returns. Throws SERVER_DISK_FULL, as every write does. */
export function openActivityDatabase(file: string, now = Date.now): ActivityDatabase {
  const database = withRoom(file, () => open(file));
  const statements = prepare(database);
  const touch = (session: string) => void statements.touch.run(session, now());
  const write = ({ session, result, command }: SavedStep) => {
    const failures = result.state === "failed" ? 1 : 0;
    const { page, step, state } = result;
    statements.save.run(session, page, step, state, failures, command, JSON.stringify(result));
    touch(session);
  };
  const held = createHeldResults(write);
  const saveStep = (session: string, result: StepResult, command: string) => {
    withRoom(file, () => write({ session, result, command }));
    held.drop(session, result);
  };
  const resultsNow = (session: string) =>
    held.over(session, (statements.results.all(session) as Row[]).map(parse));
  const activityNow = (session: string) => activityOf(statements.activity.get(session));
  return {
    saveStep,
    holdStep: (session, result, command) => held.hold({ session, result, command }),
    saveResult: async (session, result) => saveStep(session, result, ""),
    results: async (session) => resultsNow(session),
    resultsNow,
    progress: (session) => progressOf(statements.progress.get(session) as Progress),
    unsettled: () =>
      (statements.unsettled.all() as Row[]).map((row) => ({
        session: row.session,
        command: row.command,
        result: parse(row),
      })),
    visit: async (session, page, at) =>
      withRoom(file, () => void statements.visit.run(session, page, at.getTime())),
    touch: (session) => ifRoom(() => touch(session)),
    activity: async (session) => activityNow(session),
    activityNow,
    forget: async (session) => {
      held.drop(session);
      withRoom(file, () => {
        statements.removeResults.run(session);
        statements.removeActivity.run(session);
      });
    },
    close: () => {
      held.close();
      // The driver lets go of the file only when its statements are collected, which a process that ends does not wait for.
      database.pragma("wal_checkpoint(TRUNCATE)");
      database.close();
    },
  };
}

function open(file: string): Database.Database {
  // Made first, so that it is never readable by others; the files beside it take its mode.
  closeSync(openSync(file, "a", 0o600));
  const database = new Database(file, { timeout: BUSY_TIMEOUT_MS });
  database.pragma("journal_mode = WAL");
  database.pragma("synchronous = FULL");
  database.exec(SCHEMA);
  return database;
}

interface Row {
  session: string;
  command: string;
  result: string;
}

function prepare(database: Database.Database) {
  return {
    // A step that runs again is not a failure yet; only a success clears what it failed before.
    save: database.prepare(
      `INSERT INTO results (session, page, step, state, failures, command, result) VALUES (?, ?, ?, ?, ?, ?, ?)
       ON CONFLICT DO UPDATE SET state = excluded.state, command = excluded.command, result = excluded.result, failures = CASE
         WHEN excluded.state IN ('succeeded', 'expected-failure') THEN 0
         ELSE failures + excluded.failures END`,
    ),
    progress: database.prepare(
      `SELECT count(*) FILTER (WHERE state IN ('succeeded', 'expected-failure')) AS done,
              count(*) FILTER (WHERE state = 'failed') AS failed,
              coalesce(max(failures), 0) AS failuresOfOneStep
       FROM results WHERE session = ?`,
    ),
    results: database.prepare("SELECT session, result FROM results WHERE session = ? ORDER BY page, step"),
    unsettled: database.prepare(
      "SELECT session, command, result FROM results WHERE state IN ('queued', 'running') ORDER BY session, page, step",
    ),
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
  };
}

/** The driver adds a field of its own to a row it got alone. */
function progressOf({ done, failed, failuresOfOneStep }: Progress): Progress {
  return { done, failed, failuresOfOneStep };
}

function parse(row: Row): StepResult {
  return JSON.parse(row.result) as StepResult;
}

function activityOf(row: unknown): Activity {
  if (row === undefined || row === null) return {};
  const { current_page: page, last_activity_at: at } = row as {
    current_page: string | null;
    last_activity_at: number;
  };
  return { ...(page === null ? {} : { page }), lastActivityAt: new Date(at).toISOString() };
}
