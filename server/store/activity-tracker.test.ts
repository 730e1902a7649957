import { EventEmitter, once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Database from "libsql";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { StepResult } from "../../workshop/common/api.js";
import type { ActivityStore } from "../../workshop/node/activity-store.js";
import { openActivityDatabase } from "./activity-database.js";
import { trackActivity } from "./activity-tracker.js";
import type { ActivityTracker } from "./activity-tracker.js";
import { createResultCache } from "./result-cache.js";

let folder = "";
let store: ActivityStore;
let tracker: ActivityTracker;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "lectern-activity-"));
  await open();
});
afterEach(async () => {
  await tracker.close();
  rmSync(folder, { recursive: true });
});

describe("what learners did", () => {
  it("is there after a restart as it was saved before", async () => {
    await save("s1", 0, "succeeded");
    await save("s1", 1, "failed");
    await tracker.visit("s1", "page-2");
    const { lastActivityAt } = tracker.activity("s1");
    await reopen();
    expect(await tracker.results("s1")).toEqual([
      { ...result(0, "succeeded"), done: true },
      { ...result(1, "failed"), failures: 1 },
    ]);
    expect(tracker.activity("s1")).toEqual({ page: "page-2", lastActivityAt });
    expect(tracker.progress("s1")).toMatchObject({ done: 1, failed: 1, failuresOfOneStep: 1 });
  });

  it("has the newest result of a step that is run again", async () => {
    await save("s1", 0, "failed");
    expect(await states("s1")).toEqual(["failed"]);
    await save("s1", 0, "succeeded");
    expect(await states("s1")).toEqual(["succeeded"]);
  });

  it("names what was still running, with its command", async () => {
    await save("s1", 0, "succeeded");
    await save("s1", 1, "running");
    await save("s2", 0, "queued");
    const unsettled = await tracker.takeOver(() => false);
    expect(unsettled.map((entry) => [entry.session, entry.result.number, entry.command])).toEqual([
      ["s1", 1, "command-1"],
      ["s2", 0, "command-0"],
    ]);
  });

  it("keeps the page when only activity follows, and writes the time down", async () => {
    await tracker.visit("s1", "intro");
    tracker.touch("s1");
    await reopen();
    expect(tracker.activity("s1").page).toBe("intro");
  });

  it("counts how often one step failed since it last succeeded", async () => {
    for (const state of ["failed", "running", "failed", "running", "failed"] as const)
      await save("s1", 0, state);
    await save("s1", 1, "succeeded");
    const expected = { done: 1, failed: 1, failuresOfOneStep: 3, worst: { page: "p", step: "0" } };
    expect(tracker.progress("s1")).toEqual(expected);
    await reopen();
    expect(tracker.progress("s1")).toEqual(expected);
    await save("s1", 0, "succeeded");
    expect(tracker.progress("s1")).toEqual({ done: 2, failed: 0, failuresOfOneStep: 0 });
  });

  it("stays done where a later run comes to nothing", async () => {
    await save("s1", 0, "succeeded");
    await save("s1", 0, "failed");
    expect(tracker.isDone("s1", "p", "0")).toBe(true);
    expect(tracker.progress("s1")).toMatchObject({ done: 1, failed: 0, failuresOfOneStep: 1 });
    expect(await tracker.results("s1")).toEqual([{ ...result(0, "failed"), done: true, failures: 1 }]);
    await reopen();
    expect(tracker.isDone("s1", "p", "0")).toBe(true);
    expect(await tracker.results("s1")).toEqual([{ ...result(0, "failed"), done: true, failures: 1 }]);
  });

  it("is forgotten with its session", async () => {
    for (const session of ["s1", "s2", "s3"]) await save(session, 0, "succeeded");
    await tracker.forget("s1");
    await tracker.forget("s2");
    await reopen();
    const left = await Promise.all(["s1", "s2", "s3"].map(async (session) => (await states(session)).length));
    expect(left).toEqual([0, 0, 1]);
    expect(tracker.activity("s2")).toEqual({});
  });

  it("stays forgotten where a step of its session ends afterwards", async () => {
    await save("s1", 0, "running");
    await tracker.forget("s1");
    await tracker.settle({ session: "s1", result: result(0, "unknown"), command: "command-0" });
    expect(tracker.activity("s1")).toEqual({});
    await reopen();
    expect(await states("s1")).toEqual([]);
    expect(tracker.progress("s1")).toEqual({ done: 0, failed: 0, failuresOfOneStep: 0 });
  });
});

describe("results", () => {
  it("are read once, however often they are asked for and replaced", async () => {
    await save("s1", 0, "succeeded");
    await reopen();
    const read = vi.spyOn(store, "results");
    for (let time = 0; time < 50; time += 1) await tracker.results("s1");
    await save("s1", 1, "failed");
    expect(await states("s1")).toEqual(["succeeded", "failed"]);
    expect(read).toHaveBeenCalledTimes(1);
  });

  it.each([
    ["succeeded", { done: true }],
    ["failed", { failures: 1 }],
  ] as const)(
    "count with those before also where they are first asked for while one that %s is written",
    async (state, counted) => {
      await save("s1", 0, "running");
      await reopen();
      const room = new EventEmitter();
      const write = store.saveStep.bind(store);
      vi.spyOn(store, "saveStep").mockImplementation(async (step) => {
        await once(room, "again");
        return write(step);
      });
      const settled = tracker.settle({ session: "s1", result: result(0, state), command: "command-0" });
      const expected = [{ ...result(0, state), ...counted }];
      expect(await tracker.results("s1")).toEqual(expected);
      room.emit("again");
      await settled;
      expect(await tracker.results("s1")).toEqual(expected);
    },
  );

  it("are in memory only as far as there is room, those used last", async () => {
    const reads: string[] = [];
    const cache = createResultCache(async (session) => {
      reads.push(session);
      return [{ ...result(0, "succeeded"), output: "x".repeat(10_000) }];
    }, 25_000);
    for (const session of ["a", "b", "a", "c", "a", "b"]) await cache.results(session);
    expect(reads).toEqual(["a", "b", "c", "b"]);
  });

  it("of many learners at once are acknowledged after few transactions, each on the disk", async () => {
    await Promise.all(Array.from({ length: 500 }, (_, at) => save(`s${String(at)}`, 0, "succeeded")));
    const other = new Database(join(folder, "activity.db"), { readonly: true });
    expect(other.prepare("SELECT count(*) AS n FROM results").get()).toMatchObject({ n: 500 });
    other.close();
  });

  it("of an older version, which name their steps by number, are dropped with a word", async () => {
    await tracker.close();
    const file = join(folder, "old.db");
    const old = new Database(file);
    old.exec(
      `CREATE TABLE results (session TEXT NOT NULL, page TEXT NOT NULL, step INTEGER NOT NULL, state TEXT NOT NULL,
         failures INTEGER NOT NULL, command TEXT NOT NULL, result TEXT NOT NULL, PRIMARY KEY (session, page, step)) WITHOUT ROWID`,
    );
    old.exec("INSERT INTO results VALUES ('s1', 'p', 0, 'succeeded', 0, '', '{}')");
    old.close();
    const dropped: number[] = [];
    store = await openActivityDatabase(file, (results) => dropped.push(results));
    tracker = await trackActivity(store);
    expect([dropped, await tracker.results("s1"), tracker.progress("s1").done]).toEqual([[1], [], 0]);
    const step = { ...result(0, "succeeded"), step: "00000000000012" };
    await tracker.begin({ session: "s1", result: step, command: "" });
    await tracker.close();
    store = await openActivityDatabase(file, (results) => dropped.push(results));
    tracker = await trackActivity(store);
    expect([dropped, await tracker.results("s1")]).toEqual([[1], [{ ...step, done: true }]]);
  });
});

async function open(): Promise<void> {
  store = await openActivityDatabase(join(folder, "activity.db"));
  tracker = await trackActivity(store);
}

async function reopen(): Promise<void> {
  await tracker.close();
  await open();
}

function save(session: string, step: number, state: StepResult["state"]): Promise<StepResult> {
  return tracker.begin({ session, result: result(step, state), command: `command-${String(step)}` });
}

async function states(session: string): Promise<StepResult["state"][]> {
  return (await tracker.results(session)).map(({ state }) => state);
}

function result(number: number, state: StepResult["state"]): StepResult {
  return { page: "p", step: String(number), number, state, checks: [] };
}
