import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { canMount } from "../../server/small-disk-for-tests.js";
import { type Postgres, openPostgres } from "../../server/database/postgres.js";
import { shareRefusals } from "../../server/database/shared-refusals.js";
import { isWithout } from "../requirements/without.js";
import { type TestPostgres, startPostgres } from "./start-postgres.js";

const LATER = { timeout: 60_000 };
const log = { warn: () => undefined };
/** Larger than any room that is left in files that are there. */
const LARGE = "CREATE TABLE large AS SELECT repeat('x', 1000) AS x FROM generate_series(1, 8192)";

describe.skipIf(isWithout("postgres") || !canMount())("several servers whose PostgreSQL has no room", () => {
  const ends: (() => Promise<void>)[] = [];
  let postgres: TestPostgres;
  let one: Postgres;
  let other: Postgres;

  beforeAll(async () => {
    postgres = await startPostgres("80m", { logElsewhere: true });
    [one, other] = await Promise.all([open("one"), open("other")]);
  });
  afterAll(async () => {
    await Promise.all(ends.map((end) => end()));
    await postgres?.remove();
  });

  it("all say so, also those that were refused nothing", async () => {
    await expect.poll(() => stateOf(other), LATER).toBe("well");
    postgres.fillDisk();
    await expect(one.query(LARGE)).rejects.toMatchObject({ code: "SERVER_DATABASE_FULL" });
    for (const server of [one, other])
      await expect.poll(() => stateOf(server), LATER).toBe("SERVER_DATABASE_FULL");
  });

  it("says so too when it came later, and all are well when there is room again", async () => {
    const late = await open("late");
    await expect.poll(() => stateOf(late), LATER).toBe("SERVER_DATABASE_FULL");
    postgres.enlargeDisk("300m");
    for (const server of [one, other, late]) await expect.poll(() => stateOf(server), LATER).toBe("well");
  });

  async function open(id: string): Promise<Postgres> {
    const database = openPostgres(postgres.url, log);
    const stop = await shareRefusals(database, { id, log });
    ends.push(async () => {
      await stop();
      await database.close();
    });
    return database;
  }
});

function stateOf(database: Postgres): Promise<string> {
  return database.probe().then(
    () => "well",
    (error: { code: string }) => error.code,
  );
}
