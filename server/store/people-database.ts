import { closeSync, openSync } from "node:fs";
import Database from "libsql/promise";
import { type DueScore, type PeopleStore, type Person, whoSits } from "../../workshop/node/people-store.js";
import { prepareSeats, seatsIn } from "./event-seats.js";
import { outcomesIn, prepareOutcomes } from "./person-outcomes.js";
import { prepareSessions, sessionsIn } from "./person-sessions.js";
import { withRoom } from "./full-disk.js";
import { schemaNewer } from "./schema-newer.js";
import { createLogWiper } from "./log-wiper.js";
import { createWriteQueue } from "./write-queue.js";

/** Written into the file; one that is larger than this was written by a newer Lectern. */
const SCHEMA_VERSION = 7;
/** What is deleted of people is overwritten, and not only forgotten. */
const SCHEMA = `
  PRAGMA journal_mode = WAL;
  PRAGMA synchronous = FULL;
  PRAGMA secure_delete = ON;
  CREATE TABLE IF NOT EXISTS people (
    id TEXT PRIMARY KEY,
    event TEXT NOT NULL,
    name TEXT NOT NULL,
    listed INTEGER NOT NULL,
    joined_at INTEGER,
    visitor TEXT,
    session TEXT,
    rating INTEGER,
    comment TEXT,
    waiting INTEGER,
    kept_until INTEGER
  ) WITHOUT ROWID;
  CREATE UNIQUE INDEX IF NOT EXISTS people_by_visitor ON people (event, visitor);
  CREATE INDEX IF NOT EXISTS people_by_session ON people (session);
  CREATE TABLE IF NOT EXISTS outcomes (
    person TEXT NOT NULL,
    event TEXT NOT NULL,
    page TEXT NOT NULL,
    step TEXT NOT NULL,
    number INTEGER NOT NULL,
    tries INTEGER NOT NULL,
    failures INTEGER NOT NULL,
    first_at INTEGER NOT NULL,
    done_at INTEGER,
    hints INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (person, page, step)
  ) WITHOUT ROWID;
  CREATE INDEX IF NOT EXISTS outcomes_by_event ON outcomes (event);
  CREATE TABLE IF NOT EXISTS sessions (
    session TEXT PRIMARY KEY,
    person TEXT,
    event TEXT,
    removed_at INTEGER
  ) WITHOUT ROWID;
  CREATE INDEX IF NOT EXISTS sessions_by_person ON sessions (person);
  CREATE INDEX IF NOT EXISTS sessions_by_event ON sessions (event);
  CREATE TABLE IF NOT EXISTS scores (
    person TEXT PRIMARY KEY,
    event TEXT NOT NULL,
    lab TEXT NOT NULL,
    platform TEXT NOT NULL,
    subject TEXT NOT NULL,
    line_item TEXT NOT NULL,
    sent INTEGER
  ) WITHOUT ROWID;
`;
/** Columns that versions before did not have; nor has one whose making was cut off before it got its number. */
const LATER_COLUMNS = [
  { table: "outcomes", column: "hints", type: "INTEGER NOT NULL DEFAULT 0" },
  { table: "people", column: "rating", type: "INTEGER" },
  { table: "people", column: "comment", type: "TEXT" },
  { table: "people", column: "waiting", type: "INTEGER" },
  { table: "people", column: "kept_until", type: "INTEGER" },
];
/** A second server process is refused by the data directory's lock; this waits out one that is just ending. */
const BUSY_TIMEOUT_MS = 3_000;

/** Opens or creates the people of one server's events as one SQLite file. Throws SERVER_DISK_FULL, SERVER_SCHEMA_NEWER. */
export async function openPeopleDatabase(file: string): Promise<PeopleStore> {
  const { database, statements } = await withRoom(file, () => open(file));
  const queue = createWriteQueue(database, file);
  const people = async (statement: Statement, ...values: unknown[]) =>
    ((await queue.read(() => statement.all(...values))) as PersonRow[]).map(personOf);
  const { sit, ...seats } = seatsIn(queue, statements);
  const { ownership, ...kept } = sessionsIn(queue, statements);
  const one = async (statement: Statement, ...values: unknown[]) => (await people(statement, ...values))[0];
  return {
    addListed: (event, listed) =>
      queue.write(() => {
        for (const { id, name } of listed) statements.add.run(id, event, name);
      }),
    people: (event) => people(statements.people, event),
    person: (id) => one(statements.person, id),
    ofVisitor: (event, visitor) => one(statements.ofVisitor, event, visitor),
    ofSession: (session) => one(statements.ofSession, session),
    seat: async (place, newcomer) => {
      await sit(place, newcomer);
      return whoSits(await one(statements.ofVisitor, place.event, place.visitor), newcomer);
    },
    ...seats,
    ...kept,
    setSession: (person, session, before) =>
      queue.write(() => {
        if (statements.setSession.run(person, session, before ?? null, Date.now()).changes === 0)
          return false;
        ownership.note(person, session);
        return true;
      }),
    setFeedback: (person, { rating, comment = null }) =>
      queue.write(() => statements.setFeedback.run(person, rating, comment).changes > 0),
    ...outcomesIn(queue, statements),
    ...removalsIn(queue, statements, { ownership, wipe: createLogWiper(database, queue) }),
    ...scoresIn(queue, statements),
    close: async () => {
      await queue.idle();
      // The driver lets go of the file only when its statements are collected, which a process that ends does not wait for.
      await (await database.prepare("PRAGMA wal_checkpoint(TRUNCATE)")).all();
      database.close();
    },
  };
}

/** What goes with a person or an event, and out of the file with it. */
function removalsIn(
  queue: ReturnType<typeof createWriteQueue>,
  statements: Awaited<ReturnType<typeof prepare>>,
  { ownership, wipe }: { ownership: ReturnType<typeof sessionsIn>["ownership"]; wipe: () => Promise<void> },
): Pick<PeopleStore, "remove" | "removeEvent"> {
  return {
    remove: async (person, session) => {
      const isRemoved = await queue.write(() => {
        if (statements.remove.run(person, session ?? null).changes === 0) return false;
        ownership.forgetPerson(person);
        statements.removeScore.run(person);
        statements.removeOutcomes.run(person);
        return true;
      });
      await wipe();
      return isRemoved;
    },
    removeEvent: async (event) => {
      await queue.write(() => {
        ownership.forgetEvent(event);
        statements.removeScoresOf.run(event);
        statements.removeOutcomesOf.run(event);
        statements.removeEvent.run(event);
      });
      await wipe();
    },
  };
}

/** What platforms are told, and of which events anybody is known. */
function scoresIn(
  queue: ReturnType<typeof createWriteQueue>,
  statements: Awaited<ReturnType<typeof prepare>>,
): Pick<PeopleStore, "setScoreTarget" | "dueScores" | "noteScore" | "events"> {
  return {
    events: async () =>
      ((await queue.read(() => statements.events.all())) as { event: string }[]).map(({ event }) => event),
    setScoreTarget: ({ person, event, lab, platform, subject, lineItem }) =>
      queue.write(() => void statements.setScore.run(person, event, lab, platform, subject, lineItem)),
    dueScores: async (platform, most) =>
      (await queue.read(() => statements.dueScores.all(platform, most))) as DueScore[],
    noteScore: (person, done) => queue.write(() => void statements.noteScore.run(person, done)),
  };
}

async function open(file: string) {
  // Made first, so that it is never readable by others; the files beside it take its mode.
  closeSync(openSync(file, "a", 0o600));
  const database = new Database(file, { timeout: BUSY_TIMEOUT_MS });
  const [row] = (await (await database.prepare("PRAGMA user_version")).all()) as { user_version: number }[];
  const version = row?.user_version ?? 0;
  if (version > SCHEMA_VERSION) {
    database.close();
    throw schemaNewer(
      `The people store ${file}`,
      `schema ${String(version)}`,
      `schema ${String(SCHEMA_VERSION)}`,
    );
  }
  const missing = await missingColumns(database);
  if (missing.length > 0)
    await database.exec(
      `BEGIN; ${missing.join("; ")}; PRAGMA user_version = ${String(SCHEMA_VERSION)}; COMMIT`,
    );
  await database.exec(SCHEMA);
  // Nothing is written where nothing changes: a server comes back on a full disk.
  if (version !== SCHEMA_VERSION)
    await database.exec(
      `BEGIN;
       INSERT OR IGNORE INTO sessions (session, person, event) SELECT session, id, event FROM people WHERE session IS NOT NULL;
       PRAGMA user_version = ${String(SCHEMA_VERSION)}; COMMIT`,
    );
  return { database, statements: await prepare(database) };
}

/** The statements that add what tables of an older version lack. */
async function missingColumns(database: Database): Promise<string[]> {
  const statements: string[] = [];
  for (const { table, column, type } of LATER_COLUMNS) {
    const columns = (await (await database.prepare(`PRAGMA table_info(${table})`)).all()) as {
      name: string;
    }[];
    if (columns.length > 0 && columns.every(({ name }) => name !== column))
      statements.push(`ALTER TABLE ${table} ADD COLUMN ${column} ${type}`);
  }
  return statements;
}

/** The part of a prepared statement that is used: the driver's type says nothing. */
export interface Statement {
  run(...values: unknown[]): { changes: number };
  all(...values: unknown[]): Promise<unknown[]>;
}

export type Prepare = (sql: string) => Promise<Statement>;

async function prepare(database: Database) {
  const prepared: Prepare = (sql) => database.prepare(sql) as Promise<Statement>;
  const select =
    "SELECT id, event, name, listed, joined_at, session, rating, comment, waiting, kept_until FROM people";
  return {
    add: await prepared("INSERT INTO people (id, event, name, listed) VALUES (?, ?, ?, 1)"),
    people: await prepared(`${select} WHERE event = ? ORDER BY name, id`),
    person: await prepared(`${select} WHERE id = ?`),
    ofVisitor: await prepared(`${select} WHERE event = ? AND visitor = ?`),
    ofSession: await prepared(`${select} WHERE session = ?`),
    ...(await prepareSeats(prepared)),
    ...(await prepareSessions(prepared)),
    setSession: await prepared(
      `UPDATE people SET session = ?2, kept_until = NULL,
         joined_at = CASE WHEN kept_until IS NULL THEN joined_at ELSE ?4 END WHERE id = ?1 AND session IS ?3`,
    ),
    setFeedback: await prepared("UPDATE people SET rating = ?2, comment = ?3 WHERE id = ?1"),
    ...(await prepareOutcomes(prepared)),
    ...(await prepareScores(prepared)),
    remove: await prepared("DELETE FROM people WHERE id = ? AND session IS ?"),
    removeEvent: await prepared("DELETE FROM people WHERE event = ?"),
    events: await prepared("SELECT event FROM people UNION SELECT event FROM outcomes"),
  };
}

/** What platforms are told. */
async function prepareScores(prepared: Prepare) {
  const done =
    "(SELECT count(*) FROM outcomes WHERE outcomes.person = scores.person AND done_at IS NOT NULL)";
  return {
    setScore: await prepared(
      `INSERT INTO scores (person, event, lab, platform, subject, line_item) VALUES (?, ?, ?, ?, ?, ?)
       ON CONFLICT DO UPDATE SET platform = excluded.platform, subject = excluded.subject,
         sent = CASE WHEN line_item = excluded.line_item THEN sent END, line_item = excluded.line_item`,
    ),
    dueScores: await prepared(
      `SELECT person, event, lab, platform, subject, line_item AS lineItem, ${done} AS done FROM scores
       WHERE platform = ? AND (sent IS NULL OR sent <> ${done}) ORDER BY random() LIMIT ?`,
    ),
    noteScore: await prepared("UPDATE scores SET sent = ?2 WHERE person = ?1"),
    removeScore: await prepared("DELETE FROM scores WHERE person = ?"),
    removeScoresOf: await prepared("DELETE FROM scores WHERE event = ?"),
  };
}

interface PersonRow {
  id: string;
  event: string;
  name: string;
  listed: number;
  joined_at: number | null;
  session: string | null;
  rating: number | null;
  comment: string | null;
  waiting: number | null;
  kept_until: number | null;
}

function personOf({ id, event, name, listed, joined_at: joinedAt, session, ...said }: PersonRow): Person {
  const { rating, comment, waiting, kept_until: keptUntil } = said;
  return {
    id,
    event,
    name,
    isListed: listed === 1,
    ...(joinedAt === null ? {} : { joinedAt: new Date(joinedAt).toISOString() }),
    ...(waiting === null ? {} : { waiting }),
    ...(keptUntil === null ? {} : { keptUntil: new Date(keptUntil).toISOString() }),
    ...(session === null ? {} : { session }),
    ...(rating === null ? {} : { feedback: { rating, ...(comment !== null && { comment }) } }),
  };
}
