import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Database from "libsql/promise";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { migrate } from "../../server/database/migrations.js";
import { type Postgres, openPostgres } from "../../server/database/postgres.js";
import { createSharedPeople } from "../../server/database/shared-people.js";
import { openPeopleDatabase } from "../../server/store/people-database.js";
import type { PeopleStore } from "../../workshop/node/people-store.js";
import { isWithout } from "../requirements/without.js";
import { describePeople } from "./people-suite.js";
import { type TestPostgres, startPostgres } from "./start-postgres.js";

/** How many wait for a lock of that kind. */
async function waiting(client: ReturnType<Postgres["client"]>, kind: string): Promise<number> {
  const { rows } = await client.query<{ count: number }>(
    "SELECT count(*)::integer AS count FROM pg_locks WHERE locktype = $1 AND NOT granted",
    [kind],
  );
  return rows[0]?.count ?? 0;
}

describe("the people store as a file", () => {
  let folder = "";
  let store: PeopleStore;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "lectern-people-"));
    store = await openPeopleDatabase(join(folder, "people.db"));
  });
  afterAll(async () => {
    await store.close();
    rmSync(folder, { recursive: true });
  });
  describePeople(() => store);

  it("has after a restart who was there before, and refuses what a newer Lectern has written", async () => {
    const file = join(folder, "again.db");
    const first = await openPeopleDatabase(file);
    await first.addListed("event", [{ id: "one", name: "Zoë" }]);
    await first.close();
    const second = await openPeopleDatabase(file);
    expect(await second.people("event")).toEqual([
      { id: "one", event: "event", name: "Zoë", isListed: true },
    ]);
    await second.close();
    const newer = new Database(file, {});
    await newer.exec("PRAGMA user_version = 1000");
    newer.close();
    await expect(openPeopleDatabase(file)).rejects.toMatchObject({ code: "SERVER_SCHEMA_NEWER" });
  });

  it.each([4, 3, 2, 0])(
    "goes on with a file from before hints, feedback and who waits were kept, numbered %i",
    async (version) => {
      const file = join(folder, `older-${String(version)}.db`);
      const tried = { session: "s1", page: "begin", step: "abc", number: 2, at: 1_000 };
      const before = await openPeopleDatabase(file);
      await before.addListed("event", [{ id: "one", name: "Zoë" }]);
      await before.setSession("one", "s1", undefined);
      await before.noteTry({ ...tried, verdict: "failed" });
      await before.close();
      const older = new Database(file, {});
      // Without a number is one that was cut off when its tables had just been made.
      const columns = [
        "people waiting",
        ...(version === 4 ? [] : ["people rating", "people comment"]),
        ...(version >= 3 ? [] : ["outcomes hints"]),
      ];
      for (const column of columns) await older.exec(`ALTER TABLE ${column.replace(" ", " DROP COLUMN ")}`);
      await older.exec(`PRAGMA user_version = ${String(version)}`);
      older.close();
      for (const hints of [1, 2]) {
        const later = await openPeopleDatabase(file);
        await later.noteHints({ ...tried, hints });
        expect(await later.outcomes("event")).toMatchObject([{ tries: 1, failures: 1, hints }]);
        expect(await later.setFeedback("one", { rating: 3 + hints })).toBe(true);
        expect((await later.person("one"))?.feedback).toEqual({ rating: 3 + hints });
        await later.close();
      }
    },
  );
});

describe.skipIf(isWithout("postgres"))("the people store in PostgreSQL", () => {
  let postgres: TestPostgres;
  let database: Postgres;
  let store: PeopleStore;
  beforeAll(async () => {
    postgres = await startPostgres();
    database = openPostgres(await postgres.createDatabase("people"));
    await migrate(database);
    store = createSharedPeople(database);
  });
  afterAll(async () => {
    await database.close();
    await postgres.remove();
  });
  describePeople(() => store);

  it.each(["remove", "removeEvent"] as const)(
    "keeps nothing by %s of what another server notes at that moment",
    async (way) => {
      const event = `noted by ${way}`;
      const person = await store.seat({ event, seats: 1, visitor: "a" }, { id: `ada ${way}`, name: "Ada" });
      await store.setSession(person?.id ?? "", `session ${way}`, undefined);
      const held = database.client();
      await held.connect();
      await held.query("BEGIN");
      // Whoever notes a try waits for this in the middle of it.
      await held.query(
        `CREATE OR REPLACE FUNCTION wait_in_the_middle() RETURNS trigger LANGUAGE plpgsql AS
           'BEGIN PERFORM pg_advisory_xact_lock_shared(4711); RETURN NEW; END'`,
      );
      await held.query("DROP TRIGGER IF EXISTS wait_in_the_middle ON outcomes");
      await held.query(
        "CREATE TRIGGER wait_in_the_middle BEFORE INSERT ON outcomes FOR EACH ROW EXECUTE FUNCTION wait_in_the_middle()",
      );
      await held.query("COMMIT");
      await held.query("SELECT pg_advisory_lock(4711)");
      const noted = store.noteTry({
        session: `session ${way}`,
        page: "begin",
        step: "abc",
        number: 0,
        verdict: "done",
        at: 1_000,
      });
      await expect.poll(() => waiting(held, "advisory")).toBe(1);
      let isRemoved = false;
      const removing: Promise<unknown> =
        way === "remove" ? store.remove(person?.id ?? "", `session ${way}`) : store.removeEvent(event);
      const removed = removing.finally(() => (isRemoved = true));
      await expect.poll(async () => isRemoved || (await waiting(held, "transactionid")) === 1).toBe(true);
      await held.query("SELECT pg_advisory_unlock(4711)");
      await Promise.all([noted, removed]);
      await held.query("DROP TRIGGER wait_in_the_middle ON outcomes");
      await held.end();
      expect([await store.outcomes(event), await store.people(event)]).toEqual([[], []]);
    },
  );
});
