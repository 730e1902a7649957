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
});
