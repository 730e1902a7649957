import type { StepOutcome } from "../../workshop/common/event-results.js";
import { type DueScore, type PeopleStore, type Person, whoSits } from "../../workshop/node/people-store.js";
import type { Postgres, Query } from "./postgres.js";
import { sharedSeats, sit } from "./shared-seats.js";
import { forgetSessions, setSession, sharedSessions } from "./shared-sessions.js";

const SELECT =
  "SELECT id, event, name, listed, joined_at, session, rating, comment, waiting, kept_until FROM people";
const NOTE_TRY = `
  WITH one AS (SELECT id, event FROM people WHERE session = $1 FOR KEY SHARE)
  INSERT INTO outcomes AS kept (person, event, page, step, number, tries, failures, first_at, done_at)
  SELECT id, event, $2, $3, $4::integer, 1, $5::integer, $6::timestamptz, $7::timestamptz FROM one
  ON CONFLICT (person, page, step) DO UPDATE SET number = excluded.number, tries = kept.tries + 1,
    failures = kept.failures + excluded.failures, done_at = coalesce(kept.done_at, excluded.done_at)`;
const NOTE_HINTS = `
  WITH one AS (SELECT id, event FROM people WHERE session = $1 FOR KEY SHARE)
  INSERT INTO outcomes AS kept (person, event, page, step, number, tries, failures, first_at, hints)
  SELECT id, event, $2, $3, $4::integer, 0, 0, $6::timestamptz, $5::integer FROM one
  ON CONFLICT (person, page, step) DO UPDATE SET hints = greatest(kept.hints, excluded.hints)`;
const OUTCOMES = "SELECT person, page, step, number, tries, failures, hints, first_at, done_at FROM outcomes";

/** The people of the events of several servers, in a database whose schema is up to date. Throws what `Postgres` throws. */
export function createSharedPeople(database: Postgres): PeopleStore {
  const people = async (where: string, values: readonly unknown[]) =>
    (await database.query<PersonRow>(`${SELECT} ${where}`, values)).map(personOf);
  const one = async (where: string, values: readonly unknown[]) => (await people(where, values))[0];
  const ofVisitor = (event: string, visitor: string) =>
    one("WHERE event = $1 AND visitor = $2", [event, visitor]);
  const write = async (sql: string, values: readonly unknown[]) => void (await database.query(sql, values));
  return {
    addListed: (event, listed) =>
      write(
        "INSERT INTO people (id, event, name, listed) SELECT person.id, $1, person.name, true FROM unnest($2::text[], $3::text[]) AS person (id, name)",
        [event, listed.map(({ id }) => id), listed.map(({ name }) => name)],
      ),
    people: (event) => people("WHERE event = $1 ORDER BY name, id", [event]),
    person: (id) => one("WHERE id = $1", [id]),
    ofVisitor,
    ofSession: (session) => one("WHERE session = $1", [session]),
    seat: async (place, newcomer) => {
      await database.transaction((query) => sit(query, place, newcomer));
      return whoSits(await ofVisitor(place.event, place.visitor), newcomer);
    },
    ...sharedSeats(database),
    ...sharedSessions(database),
    setSession: (person, session, before) =>
      database.transaction((query) => setSession(query, person, session, before)),
    setFeedback: async (person, { rating, comment = null }) =>
      (
        await database.query("UPDATE people SET rating = $2, comment = $3 WHERE id = $1 RETURNING 1", [
          person,
          rating,
          comment,
        ])
      ).length > 0,
    ...sharedOutcomes(database, write),
    ...sharedScores(database, write),
    remove: (person, session) => database.transaction((query) => removePerson(query, person, session)),
    removeEvent: (event) =>
      // The people first, as with one of them.
      database.transaction(async (query) => {
        await query("SELECT 1 FROM people WHERE event = $1 ORDER BY id FOR UPDATE", [event]);
        await forgetSessions(query, "event", event);
        await query("DELETE FROM scores WHERE event = $1", [event]);
        await query("DELETE FROM outcomes WHERE event = $1", [event]);
        await query("DELETE FROM people WHERE event = $1", [event]);
      }),
    events: async () =>
      (
        await database.query<{ event: string }>("SELECT event FROM people UNION SELECT event FROM outcomes")
      ).map(({ event }) => event),
    close: () => Promise.resolve(),
  };
}

/** What people came to. */
function sharedOutcomes(
  database: Postgres,
  write: (sql: string, values: readonly unknown[]) => Promise<void>,
): Pick<PeopleStore, "noteTry" | "noteHints" | "outcomes" | "outcomesOf"> {
  const outcomes = async (where: string, whose: string) =>
    (await database.query<OutcomeRow>(`${OUTCOMES} ${where}`, [whose])).map(outcomeOf);
  return {
    noteTry: ({ session, page, step, number, verdict, at }) => {
      const doneAt = verdict === "done" ? new Date(at) : null;
      const values = [session, page, step, number, verdict === "failed" ? 1 : 0, new Date(at), doneAt];
      return write(NOTE_TRY, values);
    },
    noteHints: ({ session, page, step, number, hints, at }) =>
      write(NOTE_HINTS, [session, page, step, number, hints, new Date(at)]),
    outcomes: (event) => outcomes("WHERE event = $1 ORDER BY person, page, number", event),
    outcomesOf: (person) => outcomes("WHERE person = $1 ORDER BY page, number", person),
  };
}

const DONE =
  "(SELECT count(*)::integer FROM outcomes WHERE outcomes.person = scores.person AND done_at IS NOT NULL)";

/** What platforms are told. */
function sharedScores(
  database: Postgres,
  write: (sql: string, values: readonly unknown[]) => Promise<void>,
): Pick<PeopleStore, "setScoreTarget" | "dueScores" | "noteScore"> {
  return {
    setScoreTarget: ({ person, event, lab, platform, subject, lineItem }) =>
      write(
        `INSERT INTO scores AS kept (person, event, lab, platform, subject, line_item) VALUES ($1, $2, $3, $4, $5, $6)
         ON CONFLICT (person) DO UPDATE SET platform = excluded.platform, subject = excluded.subject,
           sent = CASE WHEN kept.line_item = excluded.line_item THEN kept.sent END, line_item = excluded.line_item`,
        [person, event, lab, platform, subject, lineItem],
      ),
    dueScores: (platform, most) =>
      database.query<DueScore>(
        `SELECT person, event, lab, platform, subject, line_item AS "lineItem", ${DONE} AS done FROM scores
         WHERE platform = $1 AND (sent IS NULL OR sent <> ${DONE}) ORDER BY random() LIMIT $2`,
        [platform, most],
      ),
    noteScore: (person, done) => write("UPDATE scores SET sent = $2 WHERE person = $1", [person, done]),
  };
}

/** Takes the person first: what another server notes of them just now is then there to be removed, or is not noted. */
async function removePerson(query: Query, person: string, session: string | undefined): Promise<boolean> {
  const taken = await query(
    "SELECT 1 FROM people WHERE id = $1 AND session IS NOT DISTINCT FROM $2 FOR UPDATE",
    [person, session ?? null],
  );
  if (taken.length === 0) return false;
  await forgetSessions(query, "person", person);
  await query("DELETE FROM scores WHERE person = $1", [person]);
  await query("DELETE FROM outcomes WHERE person = $1", [person]);
  await query("DELETE FROM people WHERE id = $1", [person]);
  return true;
}

interface PersonRow {
  id: string;
  event: string;
  name: string;
  listed: boolean;
  joined_at: Date | null;
  session: string | null;
  rating: number | null;
  comment: string | null;
  waiting: number | null;
  kept_until: Date | null;
}

interface OutcomeRow {
  person: string;
  page: string;
  step: string;
  number: number;
  tries: number;
  failures: number;
  hints: number;
  first_at: Date;
  done_at: Date | null;
}

function outcomeOf({ first_at: firstAt, done_at: doneAt, hints, ...row }: OutcomeRow): StepOutcome {
  return {
    ...row,
    ...(hints > 0 && { hints }),
    firstAt: firstAt.getTime(),
    ...(doneAt === null ? {} : { doneAt: doneAt.getTime() }),
  };
}

function personOf({ id, event, name, listed, joined_at: joinedAt, session, ...said }: PersonRow): Person {
  const { rating, comment, waiting, kept_until: keptUntil } = said;
  return {
    id,
    event,
    name,
    isListed: listed,
    ...(joinedAt === null ? {} : { joinedAt: joinedAt.toISOString() }),
    ...(waiting === null ? {} : { waiting }),
    ...(keptUntil === null ? {} : { keptUntil: keptUntil.toISOString() }),
    ...(session === null ? {} : { session }),
    ...(rating === null ? {} : { feedback: { rating, ...(comment !== null && { comment }) } }),
  };
}
