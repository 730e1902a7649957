import type { Logger } from "pino";
import type { StepResult } from "../../workshop/common/api.js";
import type { PageNotes } from "../../workshop/common/notes.js";
import { isSuccess } from "../../workshop/common/step-state.js";
import type {
  ActivityChange,
  ActivityStore,
  SavedStep,
  SessionActivity,
  StepKey,
  StepRecord,
} from "../../workshop/node/activity-store.js";
import { Turns } from "../../workshop/node/turns.js";
import type { LivingServers } from "./living-servers.js";
import { NOTIFICATION_BYTES, listenTo } from "./notifications.js";
import type { Postgres } from "./postgres.js";
import { ACTIVITY_SQL } from "./activity-sql.js";

const CHANNEL = "lectern_activity";

export interface SharedActivityParts {
  database: Postgres;
  servers: LivingServers;
  log: Pick<Logger, "warn">;
}

/** The store of several servers together, in a database whose schema is up to date. Throws what `Postgres` throws. */
export async function openSharedActivity({
  database,
  servers,
  log,
}: SharedActivityParts): Promise<ActivityStore> {
  const changes = await listenForChanges({ database, servers, log });
  const turns = new Turns();
  // Each statement gives back a row for each notification it sends, and that is one where it has written.
  const write = (session: string, sql: string, values: readonly unknown[], change: ActivityChange) =>
    turns.take(session, async () => {
      const notification = [CHANNEL, notificationOf(servers.id, session, change)];
      return (await database.query(sql, [...notification, ...values])).length > 0;
    });
  const writeStep = (sql: string, saved: SavedStep) =>
    write(saved.session, sql, [...columnsOf(saved), servers.id], { of: "step", ...keyOf(saved) });
  const stepOf = async ({ session, page, step }: StepKey) => {
    const [row] = await database.query<ResultRow>(ACTIVITY_SQL.step, [session, page, step]);
    return row && { ...savedOf(row), record: recordOf(row) };
  };
  const claim = async ({ session, page, step, command, server }: ResultRow) =>
    server === servers.id ||
    (await database.query(ACTIVITY_SQL.claim, [session, page, step, command, server, servers.id])).length > 0;
  return {
    beginStep: async (saved) =>
      (await writeStep(ACTIVITY_SQL.begin, saved)) ? undefined : stepOf(keyOf(saved)),
    saveStep: (saved) => writeStep(saved.command === "" ? ACTIVITY_SQL.notice : ACTIVITY_SQL.save, saved),
    results: async (session) =>
      (await database.query<ResultRow>(ACTIVITY_SQL.results, [session])).map(resultOf),
    step: stepOf,
    steps: async () => (await database.query<StepRecord>(ACTIVITY_SQL.steps)).map(recordOf),
    takeOver: async (isKnown) => {
      const found = await database.query<ResultRow>(ACTIVITY_SQL.unattended, [
        servers.id,
        [...servers.living()],
      ]);
      const taken: SavedStep[] = [];
      for (const row of found) if (!isKnown(savedOf(row)) && (await claim(row))) taken.push(savedOf(row));
      return taken;
    },
    activity: async (session) =>
      (await database.query<ActivityRow>(ACTIVITY_SQL.activity, [session ?? null])).map(activityOf),
    saveActivity: async ({ session, page = null, lastActivityAt = null }) => {
      const values = [session, page, lastActivityAt];
      await write(session, ACTIVITY_SQL.saveActivity, values, { of: "activity", session });
    },
    notes: (session) => database.query<PageNotes>(ACTIVITY_SQL.notes, [session]),
    saveNotes: (session, { page, text, version }) =>
      turns.take(
        session,
        async () => (await database.query(ACTIVITY_SQL.saveNotes, [session, page, text, version])).length > 0,
      ),
    forget: async (session) => {
      await write(session, ACTIVITY_SQL.forget, [session], { of: "forgotten", session });
    },
    onChange: changes.on,
    close: changes.stop,
  };
}

/** What other servers write. */
async function listenForChanges({ database, servers, log }: SharedActivityParts) {
  const listeners = new Set<(change: ActivityChange) => void>();
  const tell = (change: ActivityChange) => {
    for (const listener of listeners) listener(change);
  };
  const stop = await listenTo(database, CHANNEL, {
    onText: (text) => {
      const { by, ...change } = JSON.parse(text) as ActivityChange & { by: string };
      if (by !== servers.id) tell(change);
    },
    onGap: () => tell({ of: "everything" }),
    log,
  });
  const on = (listener: (change: ActivityChange) => void) => {
    listeners.add(listener);
    return () => void listeners.delete(listener);
  };
  return { on, stop };
}

function notificationOf(by: string, session: string, change: ActivityChange): string {
  const text = JSON.stringify({ by, ...change });
  if (Buffer.byteLength(text) <= NOTIFICATION_BYTES) return text;
  return JSON.stringify({ by, of: "session", session });
}

interface ResultRow extends StepRecord {
  command: string;
  server: string;
  result: string;
}

interface ActivityRow {
  session: string;
  current_page: string | null;
  last_activity_at: Date;
}

function keyOf({ session, result: { page, step } }: SavedStep): StepKey {
  return { session, page, step };
}

/** In the order the statements name them, after the notification. */
function columnsOf({ session, result, command }: SavedStep): unknown[] {
  const { page, step, number, state } = result;
  const failures = state === "failed" ? 1 : 0;
  // As text, which keeps what JSON of the database would refuse: a zero character in what a command printed.
  return [session, page, step, command, number, state, failures, isSuccess(result), JSON.stringify(result)];
}

function savedOf(row: ResultRow): SavedStep {
  return { session: row.session, command: row.command, result: resultOf(row) };
}

function resultOf({ result, done, failures }: ResultRow): StepResult {
  return {
    ...(JSON.parse(result) as StepResult),
    ...(done ? { done } : {}),
    ...(failures > 0 && { failures }),
  };
}

function recordOf({ session, page, step, state, failures, done }: StepRecord): StepRecord {
  return { session, page, step, state, failures, done };
}

function activityOf({ session, current_page: page, last_activity_at: at }: ActivityRow): SessionActivity {
  return { session, ...(page === null ? {} : { page }), lastActivityAt: at.toISOString() };
}
