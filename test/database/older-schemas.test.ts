import { readFileSync, readdirSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createSharedPeople } from "../../server/database/shared-people.js";
import { isWithout } from "../requirements/without.js";
import { openServerOnDatabase } from "./server-on-database.js";
import { type TestPostgres, startPostgres } from "./start-postgres.js";

/** The steps as they were released, one file each: what databases of older versions have. Files are added here, and never changed. */
const RELEASED = new URL("released/", import.meta.url);
const STEPS = readdirSync(RELEASED)
  .filter((name) => name.endsWith(".sql"))
  .toSorted();
const text = (file: string): string => readFileSync(new URL(file, RELEASED), "utf8");

/** What an older version has written, from the step on with which it could. */
const WRITTEN: [from: number, sql: string][] = [
  [
    1,
    `INSERT INTO deployment (id, cluster) VALUES ('an-installation', 'a-cluster');
     INSERT INTO servers (id, name, beat) VALUES ('old', '/var/lib/old', 7);
     INSERT INTO activity VALUES ('s1', 'begin', '2026-01-01T10:00:00Z', '2026-01-01T10:05:00Z');
     INSERT INTO results VALUES ('s1', 'begin', 'abc', 2, 'succeeded', 0, true, 'c1', 'old', '{"page":"begin","step":"abc","number":2,"state":"succeeded"}');`,
  ],
  [
    2,
    `INSERT INTO people (id, event, name, listed, joined_at, visitor, session)
       VALUES ('ada', 'event', 'Ada', false, '2026-01-01T10:00:00Z', 'browser', 's1'), ('bo', 'event', 'Bo', true, NULL, NULL, NULL);`,
  ],
  [
    3,
    `INSERT INTO outcomes (person, event, page, step, number, tries, failures, first_at)
       VALUES ('ada', 'event', 'begin', 'abc', 2, 3, 1, '2026-01-01T10:01:00Z');`,
  ],
  [6, "INSERT INTO scores VALUES ('ada', 'event', 'lab', 'platform', 'subject', 'https://line', 1);"],
  [7, "UPDATE people SET rating = 4, comment = 'More' WHERE id = 'ada';"],
  [8, "INSERT INTO notes VALUES ('s1', 'begin', 'Remember', 3);"],
];

describe.skipIf(isWithout("postgres"))("a database of an older version", () => {
  let postgres: TestPostgres;
  beforeAll(async () => {
    postgres = await startPostgres();
  });
  afterAll(() => postgres?.remove());

  it("stands in the files beside this test for every version there was", async () => {
    const url = await postgres.createDatabase("as_of_today");
    const server = await openServerOnDatabase(url, "today");
    const known = await server.database.query<{ name: string }>("SELECT name FROM migrations ORDER BY name");
    await server.close();
    expect(known.map(({ name }) => `${name}.sql`)).toEqual(STEPS);
  });

  it.each(STEPS.map((file, at) => [file.replace(".sql", ""), at + 1] as const))(
    "is brought up to date and loses nothing, at %s",
    async (_name, version) => {
      const url = await postgres.createDatabase(`older_${String(version)}`);
      await writeOlder(url, version);
      const server = await openServerOnDatabase(url, "new");
      const { database, store } = server;
      const people = createSharedPeople(database);
      try {
        expect(await columns(database)).toEqual(await columnsOfToday(postgres));
        expect((await store.results("s1")).map(({ state, step }) => [state, step])).toEqual([
          ["succeeded", "abc"],
        ]);
        expect(await database.query("SELECT id, cluster FROM deployment")).toEqual([
          { id: "an-installation", cluster: "a-cluster" },
        ]);
        if (version >= 2) {
          expect(await people.people("event")).toMatchObject([
            { name: "Ada", isListed: false, session: "s1", ...(version >= 7 && { feedback: { rating: 4 } }) },
            { name: "Bo", isListed: true },
          ]);
          expect(await people.sessions()).toEqual([{ session: "s1", person: "ada", event: "event" }]);
        }
        const tries = { person: "ada", tries: 3, failures: 1 };
        if (version >= 3) expect(await people.outcomes("event")).toMatchObject([tries]);
        if (version >= 8)
          expect(await database.query("SELECT text FROM notes")).toEqual([{ text: "Remember" }]);
        if (version >= 6) expect(await database.query("SELECT sent FROM scores")).toEqual([{ sent: 1 }]);
        // What is there is not only shown: it goes on.
        const newcomer = { id: "cy", name: "Cy" };
        expect(await people.seat({ event: "event", seats: 3, visitor: "c" }, newcomer)).toMatchObject(
          newcomer,
        );
      } finally {
        await server.close();
      }
    },
  );

  async function writeOlder(url: string, version: number): Promise<void> {
    const { Client } = await import("pg");
    const client = new Client({ connectionString: url });
    await client.connect();
    await client.query("CREATE TABLE migrations (name text PRIMARY KEY)");
    for (const [at, file] of STEPS.slice(0, version).entries()) {
      await client.query(text(file));
      await client.query("INSERT INTO migrations VALUES ($1)", [file.replace(".sql", "")]);
      for (const [from, sql] of WRITTEN) if (from === at + 1) await client.query(sql);
    }
    await client.end();
  }
});

interface Asked {
  query(text: string): Promise<Record<string, unknown>[]>;
}

function columns(database: Asked): Promise<Record<string, unknown>[]> {
  return database.query(
    `SELECT table_name, column_name, data_type, is_nullable FROM information_schema.columns
     WHERE table_schema = 'public' ORDER BY table_name, column_name`,
  );
}

async function columnsOfToday(postgres: TestPostgres): Promise<Record<string, unknown>[]> {
  const name = `today_${crypto.randomUUID().replaceAll("-", "_")}`;
  const server = await openServerOnDatabase(await postgres.createDatabase(name), "today");
  try {
    return await columns(server.database);
  } finally {
    await server.close();
  }
}
