/** Of one that is run again, only a success clears what it failed before, and nothing undoes a success. */
const REPLACED = `
  number = excluded.number, state = excluded.state, command = excluded.command, server = excluded.server,
  result = excluded.result, done = kept.done OR excluded.done,
  failures = CASE WHEN excluded.done THEN 0 ELSE kept.failures + excluded.failures END`;
const INSERTED =
  "INSERT INTO results AS kept (session, page, step, command, number, state, failures, done, result, server)";
const VALUES = "$3, $4, $5, $6, $7::integer, $8, $9::integer, $10::boolean, $11, $12";
const UNDER_WAY = "kept.state IN ('queued', 'running')";
const COLUMNS = "session, page, step, state, failures, done, command, server, result";
/** Sent with the commit: to channel $1 the text $2. */
const TELL = "SELECT pg_notify($1, $2)";

/** The statements of the shared activity store. Those that write take channel and text of the notification first. */
export const ACTIVITY_SQL = {
  begin: `
    WITH again AS (DELETE FROM forgotten WHERE session = $3),
    written AS (
      ${INSERTED} VALUES (${VALUES})
      ON CONFLICT (session, page, step) DO UPDATE SET ${REPLACED}
      WHERE NOT ${UNDER_WAY} OR kept.command = excluded.command
      RETURNING 1
    ) ${TELL} FROM written`,
  notice: `
    WITH written AS (
      ${INSERTED} SELECT ${VALUES} WHERE NOT EXISTS (SELECT FROM forgotten WHERE session = $3)
      ON CONFLICT (session, page, step) DO UPDATE SET ${REPLACED} WHERE NOT ${UNDER_WAY} AND NOT kept.done
      RETURNING 1
    ) ${TELL} FROM written`,
  // Only what is there is replaced: a run that is not, was forgotten.
  save: `
    WITH written AS (
      UPDATE results AS kept SET number = $7, state = $8, result = $11, done = kept.done OR $10,
        failures = CASE WHEN $10 THEN 0 ELSE kept.failures + $9 END
      WHERE session = $3 AND page = $4 AND step = $5 AND command = $6 AND server = $12 AND ${UNDER_WAY}
      RETURNING 1
    ) ${TELL} FROM written`,
  results: `SELECT ${COLUMNS} FROM results WHERE session = $1 ORDER BY page, number`,
  step: `SELECT ${COLUMNS} FROM results WHERE session = $1 AND page = $2 AND step = $3`,
  steps: "SELECT session, page, step, state, failures, done FROM results",
  unattended: `
    SELECT ${COLUMNS} FROM results AS kept WHERE ${UNDER_WAY} AND (server = $1 OR server <> ALL ($2::text[]))
    ORDER BY session, page, number`,
  claim: `
    UPDATE results AS kept SET server = $6
    WHERE session = $1 AND page = $2 AND step = $3 AND command = $4 AND server = $5 AND ${UNDER_WAY}
    RETURNING 1`,
  activity:
    "SELECT session, current_page, last_activity_at FROM activity WHERE $1::text IS NULL OR session = $1",
  saveActivity: `
    WITH written AS (
      INSERT INTO activity AS kept (session, current_page, visited_at, last_activity_at)
      SELECT $3, $4, CASE WHEN $4::text IS NOT NULL THEN $5::timestamptz END, $5::timestamptz
      WHERE NOT EXISTS (SELECT FROM forgotten WHERE session = $3)
      ON CONFLICT (session) DO UPDATE SET
        current_page = CASE WHEN excluded.visited_at >= coalesce(kept.visited_at, '-infinity')
          THEN excluded.current_page ELSE kept.current_page END,
        visited_at = greatest(kept.visited_at, excluded.visited_at),
        last_activity_at = greatest(kept.last_activity_at, excluded.last_activity_at)
      RETURNING 1
    ) ${TELL} FROM written`,
  notes: "SELECT page, text, version FROM notes WHERE session = $1 ORDER BY page",
  // The first is written where there is none, and each other one over the one that was read.
  saveNotes: `
    INSERT INTO notes AS kept (session, page, text, version)
    SELECT $1, $2, $3, $4::integer + 1
    WHERE NOT EXISTS (SELECT FROM forgotten WHERE session = $1)
      AND ($4 = 0 OR EXISTS (SELECT FROM notes WHERE session = $1 AND page = $2))
    ON CONFLICT (session, page) DO UPDATE SET text = excluded.text, version = excluded.version
    WHERE kept.version = $4
    RETURNING 1`,
  // A server of the version before, which ends sessions while the new ones start, knows of no notes.
  forget: `
    WITH notes_gone AS (
      DELETE FROM notes WHERE session = $3 OR session IN (SELECT session FROM forgotten)
    ),
    results_gone AS (DELETE FROM results WHERE session = $3),
    activity_gone AS (DELETE FROM activity WHERE session = $3),
    old AS (DELETE FROM forgotten WHERE at < now() - interval '1 day' AND session <> $3),
    noted AS (INSERT INTO forgotten VALUES ($3, now()) ON CONFLICT (session) DO UPDATE SET at = excluded.at)
    ${TELL}`,
} as const;
