import type { PeopleStore, PersonSession } from "../../workshop/node/people-store.js";
import type { Prepare } from "./people-database.js";
import type { WriteQueue } from "./write-queue.js";

const WEEK_MS = 7 * 24 * 3_600_000;

/** Of a transaction of the writer. */
interface Ownership {
  note(person: string, session: string): void;
  forgetPerson(person: string): void;
  forgetEvent(event: string): void;
}

type Sessions = Pick<PeopleStore, "sessions" | "removedSessions"> & { ownership: Ownership };

/** Whose a session is or was; of who was removed the session's name alone stays, as long as it may take to end. */
export function sessionsIn(
  queue: WriteQueue,
  statements: Awaited<ReturnType<typeof prepareSessions>>,
): Sessions {
  const { noteSession, forgetSessionsOf, forgetSessionsIn, forgetOld, ownedSessions, removedSessions } =
    statements;
  return {
    ownership: {
      note: (person, session) => void noteSession.run(session, person),
      forgetPerson: (person) => {
        forgetOld.run(Date.now());
        forgetSessionsOf.run(person, Date.now());
      },
      forgetEvent: (event) => {
        forgetOld.run(Date.now());
        forgetSessionsIn.run(event, Date.now());
      },
    },
    sessions: async () => (await queue.read(() => ownedSessions.all())) as PersonSession[],
    removedSessions: async () =>
      ((await queue.read(() => removedSessions.all())) as { session: string }[]).map(
        ({ session }) => session,
      ),
  };
}

/** The statements of `sessionsIn`. */
export async function prepareSessions(prepared: Prepare) {
  return {
    noteSession: await prepared(
      "INSERT OR REPLACE INTO sessions (session, person, event) SELECT ?1, id, event FROM people WHERE id = ?2",
    ),
    forgetSessionsOf: await prepared(
      "UPDATE sessions SET person = NULL, event = NULL, removed_at = ?2 WHERE person = ?1",
    ),
    forgetSessionsIn: await prepared(
      "UPDATE sessions SET person = NULL, event = NULL, removed_at = ?2 WHERE event = ?1",
    ),
    forgetOld: await prepared(`DELETE FROM sessions WHERE removed_at + ${String(WEEK_MS)} < ?`),
    ownedSessions: await prepared("SELECT session, person, event FROM sessions WHERE person IS NOT NULL"),
    removedSessions: await prepared("SELECT session FROM sessions WHERE removed_at IS NOT NULL"),
  };
}
