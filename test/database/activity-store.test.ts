import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { isWithout } from "../requirements/without.js";
import type { StepResult } from "../../workshop/common/api.js";
import type { ActivityStore, SavedStep } from "../../workshop/node/activity-store.js";
import { type TestPostgres, startPostgres } from "./start-postgres.js";
import { openActivityDatabase } from "../../server/store/activity-database.js";
import { openServerOnDatabase } from "./server-on-database.js";

describe("the activity store as a file", () => {
  let folder = "";
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "lectern-activity-"));
  });
  afterEach(() => rmSync(folder, { recursive: true }));
  describeStore(() => openActivityDatabase(join(folder, "activity.db")));
});

describe.skipIf(isWithout("postgres"))("the activity store in PostgreSQL", () => {
  let postgres: TestPostgres;
  let url = "";
  let databases = 0;
  beforeAll(async () => {
    postgres = await startPostgres();
  });
  beforeEach(async () => {
    databases += 1;
    url = await postgres.createDatabase(`contract_${String(databases)}`);
  });
  afterAll(() => postgres.remove());
  describeStore(async () => {
    const server = await openServerOnDatabase(url, "one");
    return { ...server.store, close: () => server.close() };
  });
});

/** What both kinds of store keep to; `open` opens the same one again after it was closed. */
function describeStore(open: () => Promise<ActivityStore>): void {
  let store: ActivityStore;
  beforeEach(async () => {
    store = await open();
  });
  afterEach(() => store.close());
  const reopen = async () => {
    await store.close();
    store = await open();
  };

  it("has after a restart what was written before", async () => {
    await store.beginStep(run("s1", 0, "queued"));
    await store.saveStep(run("s1", 0, "succeeded"));
    await store.beginStep(run("s1", 1, "queued", "other"));
    await store.saveStep(run("s1", 1, "failed", "other"));
    await store.saveActivity({ session: "s1", page: "intro", lastActivityAt: "2026-01-02T03:04:05.678Z" });
    await reopen();
    expect(await store.results("s1")).toEqual([
      { ...result(0, "succeeded"), done: true },
      { ...result(1, "failed"), failures: 1 },
    ]);
    expect(await store.activity()).toEqual([
      { session: "s1", page: "intro", lastActivityAt: "2026-01-02T03:04:05.678Z" },
    ]);
    expect(await store.activity("s2")).toEqual([]);
    expect((await store.steps()).map(({ step, failures, done }) => [step, failures, done])).toEqual([
      ["0", 0, true],
      ["1", 1, false],
    ]);
  });

  it("keeps every character a command can print, and a megabyte of them", async () => {
    const output = `zero \u0000, lone \ud800, 漢字, ${"x".repeat(1_000_000)}`;
    const written = { ...run("s1", 0, "succeeded"), result: { ...result(0, "succeeded"), output } };
    await store.beginStep(written);
    expect((await store.results("s1"))[0]?.output).toBe(output);
  });

  it("begins a step once: who begins it again is told of the run that is under way", async () => {
    expect(await store.beginStep(run("s1", 0, "queued"))).toBeUndefined();
    expect(await store.beginStep(run("s1", 0, "queued"))).toBeUndefined();
    await store.saveStep(run("s1", 0, "running"));
    expect(await store.beginStep(run("s1", 0, "queued", "another"))).toMatchObject({
      command: "command",
      result: { state: "running" },
    });
    await store.saveStep(run("s1", 0, "failed"));
    expect(await store.beginStep(run("s1", 0, "queued", "another"))).toBeUndefined();
    expect(await store.step({ session: "s1", page: "p", step: "0" })).toMatchObject({
      command: "another",
      record: { failures: 1 },
    });
  });

  it("begins it once of many who ask at the same moment", async () => {
    const commands = Array.from({ length: 20 }, (_, at) => `command-${String(at)}`);
    const begun = await Promise.all(
      commands.map((command) => store.beginStep(run("s1", 0, "queued", command))),
    );
    expect(begun.filter((other) => other === undefined)).toHaveLength(1);
    const { command } = (await store.step({ session: "s1", page: "p", step: "0" })) ?? {};
    expect(begun.filter((other) => other !== undefined).every((other) => other?.command === command)).toBe(
      true,
    );
  });

  it("writes one verdict of a run, and none of a run that another has followed", async () => {
    await store.beginStep(run("s1", 0, "queued"));
    expect(await store.saveStep(run("s1", 0, "failed", "an older one"))).toBe(false);
    expect(await store.saveStep(run("s1", 0, "succeeded"))).toBe(true);
    expect(await store.saveStep(run("s1", 0, "failed"))).toBe(false);
    expect(await states(store)).toEqual(["succeeded"]);
  });

  it("keeps what is noticed unless a run is under way or it was done before", async () => {
    expect(await store.saveStep(run("s1", 0, "idle", ""))).toBe(true);
    await store.beginStep(run("s1", 0, "running"));
    expect(await store.saveStep(run("s1", 0, "succeeded", ""))).toBe(false);
    await store.saveStep(run("s1", 0, "failed"));
    expect(await store.saveStep(run("s1", 0, "succeeded", ""))).toBe(true);
    expect(await store.saveStep(run("s1", 0, "idle", ""))).toBe(false);
    expect(await states(store)).toEqual(["succeeded"]);
  });

  it("counts failures until a success, which nothing undoes", async () => {
    for (const state of ["failed", "failed", "succeeded", "failed"] as const) {
      await store.beginStep(run("s1", 0, "queued", state));
      await store.saveStep(run("s1", 0, state, state));
    }
    expect(await store.steps()).toEqual([
      { session: "s1", page: "p", step: "0", state: "failed", failures: 1, done: true },
    ]);
    expect(await store.results("s1")).toEqual([{ ...result(0, "failed"), done: true, failures: 1 }]);
  });

  it("keeps what was noted on a page, the first of two who write over the same version, until it forgets the session", async () => {
    const [one, other] = ["Übung 'eins' \u{1f600}", "the other tab"];
    expect(await store.notes("s1")).toEqual([]);
    const first = await Promise.all([one, other].map((text) => store.saveNotes("s1", notes(text, 0))));
    expect(first).toEqual([true, false]);
    expect(await store.saveNotes("s1", notes("", 1))).toBe(true);
    expect(await store.saveNotes("s1", notes(other, 1))).toBe(false);
    expect(await store.saveNotes("s1", notes(one, 2))).toBe(true);
    // Over what was never there.
    expect(await store.saveNotes("s2", notes(one, 2))).toBe(false);
    await reopen();
    expect(await store.notes("s1")).toEqual([notes(one, 3)]);
    await store.forget("s1");
    expect(await store.notes("s1")).toEqual([]);
    expect(await store.saveNotes("s1", notes(one, 3))).toBe(false);
  });

  it("keeps the page where only the time is written", async () => {
    await store.saveActivity({ session: "s1", page: "one", lastActivityAt: "2026-01-01T00:00:00.000Z" });
    await store.saveActivity({ session: "s1", lastActivityAt: "2026-01-01T00:00:01.000Z" });
    const [activity] = await store.activity("s1");
    expect(activity).toEqual({ session: "s1", page: "one", lastActivityAt: "2026-01-01T00:00:01.000Z" });
  });

  it("takes over what was under way when it was closed, once, and not what it knows itself", async () => {
    await store.beginStep(run("s1", 0, "running"));
    await store.beginStep(run("s1", 1, "queued", "another"));
    await store.beginStep(run("s2", 0, "succeeded"));
    await reopen();
    const taken = await store.takeOver(({ command }) => command === "another");
    expect(taken).toEqual([run("s1", 0, "running")]);
    const known = new Set(["command", "another"]);
    expect(await store.takeOver(({ command }) => known.has(command))).toEqual([]);
  });

  it("forgets a session whole, also what of it ends later, and begins anew under its name", async () => {
    await store.beginStep(run("s1", 0, "queued"));
    await store.beginStep(run("s2", 0, "succeeded"));
    await store.saveActivity({ session: "s1", page: "p", lastActivityAt: "2026-01-01T00:00:00.000Z" });
    await store.forget("s1");
    expect(await store.saveStep(run("s1", 0, "succeeded"))).toBe(false);
    expect([await store.results("s1"), await store.activity("s1")]).toEqual([[], []]);
    expect(await states(store, "s2")).toEqual(["succeeded"]);
    expect(await store.beginStep(run("s1", 0, "succeeded"))).toBeUndefined();
    expect(await states(store)).toEqual(["succeeded"]);
  });

  it("has the writes of a session in the order they were asked for", async () => {
    await store.beginStep(run("s1", 0, "queued"));
    const outputs = Array.from({ length: 50 }, (_, at) => String(at));
    await Promise.all(
      outputs.map((output) =>
        store.saveStep({ ...run("s1", 0, "running"), result: { ...result(0, "running"), output } }),
      ),
    );
    expect((await store.results("s1"))[0]?.output).toBe("49");
  });

  it("has nothing of what it is asked to do in what it is asked to keep", async () => {
    const page = `'); DROP TABLE results; --"`;
    const written = { session: "s1", command: "c", result: { ...result(0, "failed"), page } };
    await store.beginStep(written);
    expect(await store.results("s1")).toEqual([{ ...written.result, failures: 1 }]);
  });
}

function run(session: string, step: number, state: StepResult["state"], command = "command"): SavedStep {
  return { session, command, result: result(step, state) };
}

function result(number: number, state: StepResult["state"]): StepResult {
  return { page: "p", step: String(number), number, state, checks: [] };
}

async function states(store: ActivityStore, session = "s1"): Promise<StepResult["state"][]> {
  return (await store.results(session)).map(({ state }) => state);
}

function notes(text: string, version: number) {
  return { page: "intro", text, version };
}
