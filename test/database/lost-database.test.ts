import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Client } from "pg";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { canMount } from "../../server/small-disk-for-tests.js";
import { trackActivity } from "../../server/store/activity-tracker.js";
import type { ActivityTracker } from "../../server/store/activity-tracker.js";
import type { ForeignChange } from "../../server/store/foreign-changes.js";
import { openActivityDatabase } from "../../server/store/activity-database.js";
import type { StepResult } from "../../workshop/common/api.js";
import type { SavedStep } from "../../workshop/node/activity-store.js";
import { isWithout } from "../requirements/without.js";
import { openServerOnDatabase } from "./server-on-database.js";
import type { ServerOnDatabase } from "./server-on-database.js";
import { startPostgres } from "./start-postgres.js";
import type { TestPostgres } from "./start-postgres.js";
import Database from "libsql";

interface TrackingServer extends ServerOnDatabase {
  tracker: ActivityTracker;
  told: ForeignChange[];
  unwritten: string[];
}

const withoutPostgres = isWithout("postgres");
let postgres: TestPostgres;
let url = "";
let databases = 0;
let servers: TrackingServer[] = [];

beforeAll(async () => {
  if (!withoutPostgres) postgres = await startPostgres();
});
beforeEach(async () => {
  if (withoutPostgres) return;
  databases += 1;
  url = await postgres.createDatabase(`lost_${String(databases)}`);
});
afterEach(async () => {
  await Promise.all(servers.map((server) => server.close()));
  servers = [];
});
afterAll(() => postgres?.remove());

describe.skipIf(withoutPostgres)("a database that is gone", () => {
  it("begins nothing and says so, keeps what ends meanwhile, and has it when it is back", async () => {
    const [one, two] = await openTwo();
    await one.tracker.begin(run("s1", 0, "queued"));
    await one.tracker.begin(run("s1", 1, "succeeded", "done before"));
    await one.tracker.results("s1");
    await postgres.stop("immediate");
    const refused = await one.tracker
      .begin(run("s1", 2, "queued", "refused"))
      .catch((error: unknown) => error);
    expect(refused).toMatchObject({ code: "SERVER_DATABASE_UNAVAILABLE" });
    expect((refused as Error).message).toContain("nothing was lost");
    expect(await one.tracker.settle(run("s1", 0, "failed"))).toMatchObject({ state: "failed" });
    await one.tracker.visit("s1", "two");
    // Whoever looks at the page meanwhile sees it.
    expect((await one.tracker.results("s1")).map(({ number, state }) => [number, state])).toEqual([
      [0, "failed"],
      [1, "succeeded"],
    ]);
    expect([one.tracker.activity("s1").page, one.unwritten.length > 0]).toEqual(["two", true]);
    await postgres.start();
    await expect.poll(() => states(two)).toEqual(["failed", "succeeded"]);
    await expect.poll(() => two.tracker.activity("s1").page).toBe("two");
    await expect.poll(() => two.told.some(({ of }) => of === "everything")).toBe(true);
    // The page's next click goes through.
    await expect
      .poll(() => one.tracker.begin(run("s1", 2, "queued", "again")).catch(() => undefined))
      .toMatchObject({ state: "queued" });
  });

  it("loses no write it has acknowledged when it is killed in the middle of them", async () => {
    const [one, two] = await openTwo();
    const acknowledged: number[] = [];
    const write = async (number: number) => {
      await one.tracker.begin(run("s1", number, "succeeded", String(number)));
      acknowledged.push(number);
    };
    const writing = Promise.allSettled(Array.from({ length: 200 }, (_, number) => write(number)));
    await expect.poll(() => acknowledged.length).toBeGreaterThan(5);
    await postgres.stop("immediate");
    await writing;
    await postgres.start();
    const kept = await expect
      .poll(() => two.store.results("s1").catch(() => []))
      .not.toEqual([])
      .then(() => two.store.results("s1"));
    const numbers = new Set(kept.map(({ number }) => number));
    expect(acknowledged.filter((number) => !numbers.has(number))).toEqual([]);
  });

  it("gives no run that was refused to another server, whether it was written or not", async () => {
    const [one, two] = await openTwo();
    const begun = run("s1", 0, "queued", "answer lost");
    await one.store.beginStep(begun);
    const begin = one.store.beginStep.bind(one.store);
    Object.assign(one.store, {
      beginStep: async (step: SavedStep) => {
        await begin(step);
        throw Object.assign(new Error("the answer was lost"), { code: "SERVER_DATABASE_UNAVAILABLE" });
      },
    });
    await expect(one.tracker.begin(begun)).rejects.toThrow("lost");
    expect(await one.tracker.takeOver(() => false)).toEqual([]);
    await expect.poll(() => states(two)).toEqual(["unknown"]);
    expect((await two.tracker.results("s1"))[0]?.message).toContain("not run");
  });
});

describe.skipIf(withoutPostgres)("a database that is slow", () => {
  it("is given up after a while, in words, and takes what was kept when it is fast again", async () => {
    const [one, two] = await openTwo();
    await one.tracker.begin(run("s1", 0, "queued"));
    const blocker = new Client({ connectionString: url });
    await blocker.connect();
    await blocker.query("BEGIN; LOCK TABLE results IN ACCESS EXCLUSIVE MODE");
    await expect(one.tracker.begin(run("s1", 1, "queued", "another"))).rejects.toMatchObject({
      code: "SERVER_DATABASE_UNAVAILABLE",
    });
    await one.tracker.settle(run("s1", 0, "succeeded"));
    await blocker.query("ROLLBACK");
    await blocker.end();
    await expect.poll(() => states(two)).toEqual(["succeeded"]);
  }, 60_000);
});

describe.skipIf(withoutPostgres || !canMount())("a database whose disk is full", () => {
  it("says so, keeps what it had acknowledged, and takes the rest when there is room", async () => {
    const small = await startPostgres("80m");
    try {
      const server = await track(await openServerOnDatabase(small.url, "one"));
      await server.tracker.begin(run("s1", 0, "queued", "before"));
      await server.tracker.results("s1");
      // Text that does not compress.
      const noise = Array.from({ length: 60_000 }, () => Math.random().toString(36).slice(2)).join("");
      let acknowledged = 0;
      const fill = async () => {
        for (; ; acknowledged += 1) {
          const filling = run("filler", acknowledged, "succeeded", `filler ${String(acknowledged)}`);
          await server.tracker.begin({ ...filling, result: { ...filling.result, output: noise } });
        }
      };
      await expect(fill()).rejects.toMatchObject({
        code: expect.stringMatching(/^SERVER_DATABASE_(FULL|UNAVAILABLE)$/) as string,
      });
      expect(acknowledged).toBeGreaterThan(5);
      await server.tracker.settle(run("s1", 0, "succeeded", "before"));
      expect((await server.tracker.results("s1")).map(({ state }) => state)).toEqual(["succeeded"]);
      small.enlargeDisk("300m");
      await small.stop("immediate");
      await small.start();
      await expect.poll(() => server.store.results("filler").catch(() => [])).toHaveLength(acknowledged);
      await expect.poll(() => states(server)).toEqual(["succeeded"]);
      await server.close();
      servers = servers.filter((other) => other !== server);
    } finally {
      await small.remove();
    }
  }, 180_000);
});

describe("a store that a newer Lectern has written", () => {
  it.skipIf(withoutPostgres)("is refused as a database", async () => {
    await (await openServerOnDatabase(url, "one")).close();
    const client = new Client({ connectionString: url });
    await client.connect();
    await client.query("INSERT INTO migrations VALUES ('0999-of-tomorrow')");
    await client.end();
    const refusal = expect(openServerOnDatabase(url, "one")).rejects;
    await refusal.toMatchObject({
      code: "SERVER_SCHEMA_NEWER",
      message: expect.stringContaining("0999-of-tomorrow") as string,
    });
  });

  it("is refused as a file, and left as it is", async () => {
    const folder = mkdtempSync(join(tmpdir(), "lectern-newer-"));
    const file = join(folder, "activity.db");
    await (await openActivityDatabase(file)).close();
    const newer = new Database(file);
    newer.exec("PRAGMA user_version = 99");
    newer.close();
    await expect(openActivityDatabase(file)).rejects.toMatchObject({ code: "SERVER_SCHEMA_NEWER" });
    rmSync(folder, { recursive: true });
  });
});

async function openTwo(): Promise<[TrackingServer, TrackingServer]> {
  return [
    await track(await openServerOnDatabase(url, "one")),
    await track(await openServerOnDatabase(url, "two")),
  ];
}

async function track(server: ServerOnDatabase): Promise<TrackingServer> {
  const unwritten: string[] = [];
  const told: ForeignChange[] = [];
  const tracker = await trackActivity(server.store, (session) => void unwritten.push(session));
  tracker.onForeignChange((change) => void told.push(change));
  const close = async () => {
    await tracker.close();
    await server.servers.close();
    await server.database.close();
  };
  const tracking = { ...server, tracker, told, unwritten, close };
  servers.push(tracking);
  return tracking;
}

async function states({ store }: ServerOnDatabase): Promise<string[]> {
  return (await store.results("s1").catch(() => [])).map(({ state }) => state);
}

function run(session: string, number: number, state: StepResult["state"], command = "command"): SavedStep {
  return { session, command, result: { page: "p", step: String(number), number, state, checks: [] } };
}
