import type { PeopleStore, PersonSession } from "../../workshop/node/people-store.js";
import type { Postgres, Query } from "./postgres.js";

/** Whose sessions are or were. */
export function sharedSessions(database: Postgres): Pick<PeopleStore, "sessions" | "removedSessions"> {
  return {
    sessions: () =>
      database.query<PersonSession>(
        "SELECT session, person, event FROM person_sessions WHERE person IS NOT NULL",
        [],
      ),
    removedSessions: async () =>
      (
        await database.query<{ session: string }>(
          "SELECT session FROM person_sessions WHERE removed_at IS NOT NULL",
          [],
        )
      ).map(({ session }) => session),
  };
}

/** Of `PeopleStore.setSession`, in a transaction. */
export async function setSession(
  query: Query,
  person: string,
  session: string,
  before: string | undefined,
): Promise<boolean> {
  const noted = await query(
    `UPDATE people SET session = $2, kept_until = NULL,
       joined_at = CASE WHEN kept_until IS NULL THEN joined_at ELSE now() END
     WHERE id = $1 AND session IS NOT DISTINCT FROM $3 RETURNING 1`,
    [person, session, before ?? null],
  );
  if (noted.length === 0) return false;
  await query(
    `INSERT INTO person_sessions (session, person, event) SELECT $1, id, event FROM people WHERE id = $2
     ON CONFLICT (session) DO UPDATE SET person = excluded.person, event = excluded.event, removed_at = NULL`,
    [session, person],
  );
  return true;
}

/** Leaves of the sessions of a person, or of an event, their names alone, for a week: one may end after its person was removed. */
export async function forgetSessions(query: Query, whose: "person" | "event", id: string): Promise<void> {
  await query("DELETE FROM person_sessions WHERE removed_at < now() - interval '7 days'");
  await query(
    `UPDATE person_sessions SET person = NULL, event = NULL, removed_at = now() WHERE ${whose} = $1`,
    [id],
  );
}
