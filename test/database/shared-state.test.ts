import { setTimeout as delay } from "node:timers/promises";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { joinDeployment } from "../../server/database/deployment.js";
import { openPostgres } from "../../server/database/postgres.js";
import { sharedCounter } from "../../server/database/shared-counter.js";
import { createSharedPlaces } from "../../server/database/shared-places.js";
import { createSharedTickets } from "../../server/database/shared-tickets.js";
import { createSharedTurns } from "../../server/database/shared-turns.js";
import { createRateLimit } from "../../server/http/rate-limit.js";
import type { SavedStep } from "../../workshop/node/activity-store.js";
import { isWithout } from "../requirements/without.js";
import { openServerOnDatabase } from "./server-on-database.js";
import type { ServerOnDatabase } from "./server-on-database.js";
import { startPostgres } from "./start-postgres.js";
import type { TestPostgres } from "./start-postgres.js";

const address = { session: "s", terminal: "1" };
const admission = { address, user: "ada", readOnly: false };

let postgres: TestPostgres;
let one: ServerOnDatabase;
let two: ServerOnDatabase;
let databases = 0;

describe.skipIf(isWithout("postgres"))("of two servers on one database", () => {
  beforeAll(async () => {
    postgres = await startPostgres();
  });
  beforeEach(async () => {
    databases += 1;
    const url = await postgres.createDatabase(`shared_${String(databases)}`);
    [one, two] = [await openServerOnDatabase(url, "one"), await openServerOnDatabase(url, "two")];
  });
  afterEach(async () => {
    await one.close();
    await two.close();
  });
  afterAll(() => postgres.remove());

  it("one redeems the other's ticket, each once, and only for whom it was given", async () => {
    const [giving, taking] = [createSharedTickets(one.database), createSharedTickets(two.database)];
    const ticket = await giving.issue(admission);
    const claims = Array.from({ length: 5 }, async () => taking.redeem(ticket, { address, user: "ada" }));
    const admitted = (await Promise.all(claims)).filter((found) => found !== undefined);
    expect(admitted).toEqual([admission]);
    const other = await giving.issue(admission);
    expect(await taking.redeem(other, { address, user: "eve" })).toBeUndefined();
    expect(await giving.redeem(other, { address, user: "ada" })).toBeUndefined();
    expect(await taking.redeem("made-up", { address, user: "ada" })).toBeUndefined();
    const kept = await one.database.query("SELECT digest FROM tickets");
    expect(kept).toEqual([]);
  });

  it("each waits for its turn, and one that dies gives it away", async () => {
    const [own, other] = [createSharedTurns(one.database), createSharedTurns(two.database)];
    const order: string[] = [];
    const first = own.take("name", async () => {
      order.push("first begins");
      await delay(300);
      order.push("first ends");
    });
    await expect.poll(() => order).toEqual(["first begins"]);
    await Promise.all([first, other.take("name", async () => void order.push("second"))]);
    expect(order).toEqual(["first begins", "first ends", "second"]);
    await other.take("another name", async () => void order.push("beside"));
    await expect(own.take("name", () => Promise.reject(new Error("failed")))).rejects.toThrow("failed");
    const dead = one.database.client();
    await dead.connect();
    await dead.query("SELECT pg_advisory_lock(hashtextextended('name', 0))");
    const waiting = other.take("name", async () => "goes on");
    await dead.end();
    expect(await waiting).toBe("goes on");
  });

  it("both together take no more places for sessions than there are, and give them back", async () => {
    const [own, other] = [createSharedPlaces(one.database, 5), createSharedPlaces(two.database, 5)];
    const taken = await Promise.all(
      Array.from({ length: 8 }, (_, at) => (at % 2 === 0 ? own : other).take(1, 2)),
    );
    const places = taken.filter((place) => place !== undefined);
    expect(places).toHaveLength(3);
    for (const giveBack of places) giveBack();
    await expect.poll(async () => (await other.take(3, 2)) !== undefined).toBe(true);
  });

  it("both together count how often somebody does something", async () => {
    const limits = [one, two].map(({ database }) =>
      createRateLimit({ what: "tries", burst: 1, perMinute: 4, counter: sharedCounter(database) }),
    );
    const take = (at: number) => limits[at % 2]?.take("192.0.2.1");
    for (let at = 0; at < 5; at += 1) await take(at);
    await expect(take(5)).rejects.toMatchObject({ code: "SERVER_TOO_MANY_REQUESTS" });
    await limits[0]?.take("192.0.2.2");
  });

  it("one looks after each session, the other after all when that one says goodbye", async () => {
    const sessions = Array.from({ length: 50 }, (_, at) => `session-${String(at)}`);
    const shares = () =>
      [one, two].map(({ servers }) => sessions.filter((session) => servers.looksAfter(session)));
    const isShared = () => shares().every((share) => share.length > 5);
    // Until both have seen each other, one may look after all.
    await expect.poll(() => isShared() && shares().flat().toSorted()).toEqual(sessions.toSorted());
    await one.servers.close();
    await expect.poll(() => shares()[1]).toEqual(sessions);
  });

  it("only the one that took a run over writes its verdict, and that is told to the other", async () => {
    const told: unknown[] = [];
    one.store.onChange((change) => void told.push(change));
    await one.store.beginStep(run("running"));
    expect(await two.store.takeOver(() => false)).toEqual([]);
    await one.servers.close();
    await expect.poll(() => two.store.takeOver(() => false)).toEqual([run("running")]);
    expect(await one.store.saveStep(run("failed"))).toBe(false);
    expect(await two.store.saveStep(run("succeeded"))).toBe(true);
    await expect.poll(() => told).toContainEqual({ of: "step", session: "s", page: "p", step: "0" });
    expect((await one.store.results("s")).map(({ state }) => state)).toEqual(["succeeded"]);
  });

  it("one whose connection breaks in the middle of a transaction is told, and goes on", async () => {
    const broken = one.database.transaction(async (query) => {
      const [row] = await query<{ pid: number }>("SELECT pg_backend_pid() AS pid");
      await two.database.query("SELECT pg_terminate_backend($1)", [row?.pid]);
      const left = () => two.database.query("SELECT FROM pg_stat_activity WHERE pid = $1", [row?.pid]);
      await expect.poll(left).toEqual([]);
      // What the system says of it comes before the next turn of the loop.
      await delay(100);
      await query("SELECT 1");
    });
    await expect(broken).rejects.toMatchObject({ code: "SERVER_DATABASE_UNAVAILABLE" });
    expect(await one.database.query("SELECT 1 AS one")).toEqual([{ one: 1 }]);
  });

  it("both have one id, and a server of another cluster is refused", async () => {
    expect(await joinDeployment(one.database, "uid-1")).toBe(await joinDeployment(two.database, "uid-1"));
    await expect(joinDeployment(two.database, "uid-2")).rejects.toMatchObject({
      code: "SERVER_DATABASE_OF_OTHER_CLUSTER",
    });
  });
});

function run(state: "running" | "succeeded" | "failed"): SavedStep {
  return { session: "s", command: "c", result: { page: "p", step: "0", number: 0, state, checks: [] } };
}

describe("an address of a database", () => {
  it.each(["mysql://a@b/c", "not a url", "http://user:secret-word@host/x"])("is refused: %s", (url) => {
    let refusal = new Error("none");
    try {
      openPostgres(url);
    } catch (error) {
      refusal = error as Error;
    }
    expect(refusal).toMatchObject({ code: "SERVER_DATABASE_INVALID" });
    expect(refusal.message).not.toContain("secret-word");
  });
});
