import type { Umzug } from "umzug";
import { schemaNewer } from "../store/schema-newer.js";
import type { Postgres, Query } from "./postgres.js";

/** Any number that no other program of the database uses for a lock of its own. */
const LOCK = 0x6c656374;

/**
 * The schema, one step after the other. A step that was released is never changed, and adds only what servers of the version before can
 * do without: they go on while the new ones start.
 */
const MIGRATIONS: readonly { name: string; sql: string }[] = [
  {
    name: "0001-what-learners-did",
    sql: `
      CREATE TABLE deployment (only_one boolean PRIMARY KEY DEFAULT true CHECK (only_one), id text NOT NULL, cluster text NOT NULL);
      CREATE TABLE servers (id text PRIMARY KEY, name text NOT NULL, beat bigint NOT NULL);
      CREATE TABLE activity (
        session text PRIMARY KEY, current_page text, visited_at timestamptz, last_activity_at timestamptz NOT NULL
      );
      CREATE TABLE results (
        session text, page text, step text, number integer NOT NULL, state text NOT NULL, failures integer NOT NULL,
        done boolean NOT NULL, command text NOT NULL, server text NOT NULL, result text NOT NULL,
        PRIMARY KEY (session, page, step)
      );
      CREATE INDEX results_under_way ON results (server) WHERE state IN ('queued', 'running');
      CREATE TABLE forgotten (session text PRIMARY KEY, at timestamptz NOT NULL);
      CREATE TABLE tickets (digest bytea PRIMARY KEY, admission text NOT NULL, expires_at timestamptz NOT NULL);
      CREATE INDEX tickets_by_expiry ON tickets (expires_at);
      CREATE TABLE places (id text PRIMARY KEY, count integer NOT NULL, expires_at timestamptz NOT NULL);
      CREATE TABLE rate_limits (key varchar(255) PRIMARY KEY, points integer NOT NULL DEFAULT 0, expire bigint);`,
  },
  {
    name: "0002-people-of-events",
    sql: `
      CREATE TABLE people (
        id text PRIMARY KEY, event text NOT NULL, name text NOT NULL, listed boolean NOT NULL, joined_at timestamptz,
        visitor text, session text, UNIQUE (event, visitor)
      );
      CREATE INDEX people_by_session ON people (session);`,
  },
  {
    name: "0003-outcomes-of-events",
    sql: `
      CREATE TABLE outcomes (
        person text, event text NOT NULL, page text, step text, number integer NOT NULL, tries integer NOT NULL,
        failures integer NOT NULL, first_at timestamptz NOT NULL, done_at timestamptz, PRIMARY KEY (person, page, step)
      );
      CREATE INDEX outcomes_by_event ON outcomes (event);`,
  },
  { name: "0004-versions-of-servers", sql: "ALTER TABLE servers ADD COLUMN version text;" },
  { name: "0005-hints-taken", sql: "ALTER TABLE outcomes ADD COLUMN hints integer NOT NULL DEFAULT 0;" },
  {
    name: "0006-scores",
    sql: `CREATE TABLE scores (person text PRIMARY KEY, event text NOT NULL, lab text NOT NULL, platform text NOT NULL,
      subject text NOT NULL, line_item text NOT NULL, sent integer);`,
  },
  { name: "0007-feedback", sql: "ALTER TABLE people ADD COLUMN rating integer, ADD COLUMN comment text;" },
  {
    name: "0008-notes",
    sql: `CREATE TABLE notes (session text, page text, text text NOT NULL, version integer NOT NULL, PRIMARY KEY (session, page));`,
  },
  { name: "0009-waiting-for-a-seat", sql: "ALTER TABLE people ADD COLUMN waiting integer;" },
  {
    name: "0010-sessions-of-people",
    sql: `
      CREATE TABLE person_sessions (session text PRIMARY KEY, person text, event text, removed_at timestamptz);
      CREATE INDEX person_sessions_by_person ON person_sessions (person);
      CREATE INDEX person_sessions_by_event ON person_sessions (event);
      INSERT INTO person_sessions (session, person, event) SELECT session, id, event FROM people WHERE session IS NOT NULL
        ON CONFLICT DO NOTHING;`,
  },
  { name: "0011-seats-that-are-kept", sql: "ALTER TABLE people ADD COLUMN kept_until timestamptz;" },
];

/**
 * Brings the schema up to date, also where several servers start at once. Throws SERVER_SCHEMA_NEWER where a newer Lectern has been here,
 * and what `Postgres` throws.
 */
export async function migrate(database: Postgres): Promise<void> {
  // It brings a parser of command lines, which servers without a database need not load; a transaction does not wait for a disk that is busy.
  const { Umzug } = await import("umzug");
  return database.transaction(async (query) => {
    await query("SELECT pg_advisory_xact_lock($1)", [LOCK]);
    await query("CREATE TABLE IF NOT EXISTS migrations (name text PRIMARY KEY)");
    const known = new Set(MIGRATIONS.map(({ name }) => name));
    const newer = (await namesIn(query)).filter((name) => !known.has(name));
    if (newer.length > 0)
      throw schemaNewer(`The database ${database.name}`, newer.join(", "), [...known].at(-1) ?? "");
    await migrations(Umzug, query).up();
  });
}

/** What it does and what it writes down of it are of one transaction. */
function migrations(Library: typeof Umzug, query: Query): Umzug {
  return new Library({
    logger: undefined,
    migrations: MIGRATIONS.map(({ name, sql }) => ({ name, up: () => query(sql) })),
    storage: {
      executed: () => namesIn(query),
      logMigration: async ({ name }) => void (await query("INSERT INTO migrations VALUES ($1)", [name])),
      unlogMigration: async ({ name }) =>
        void (await query("DELETE FROM migrations WHERE name = $1", [name])),
    },
  });
}

async function namesIn(query: Query): Promise<string[]> {
  return (await query<{ name: string }>("SELECT name FROM migrations ORDER BY name")).map(({ name }) => name);
}
