import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { StepResult } from "../../workshop/common/api.js";
import { openActivityDatabase } from "./activity-database.js";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "lectern-activity-"));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

describe("the activity database", () => {
  it("gives back after a restart what was saved before", async () => {
    const first = open();
    await first.saveResult("s1", result(0, "succeeded"));
    await first.saveResult("s1", result(1, "failed"));
    await first.visit("s1", "page-2", new Date(5));
    first.close();
    const second = open();
    expect(second.resultsNow("s1")).toEqual([result(0, "succeeded"), result(1, "failed")]);
    expect(second.activityNow("s1").page).toBe("page-2");
    second.close();
  });

  it("replaces the result of a step that is run again", async () => {
    const database = open();
    await database.saveResult("s1", result(0, "failed"));
    await database.saveResult("s1", result(0, "succeeded"));
    expect(database.resultsNow("s1")).toEqual([result(0, "succeeded")]);
    database.close();
  });

  it("names what was still running", async () => {
    const database = open();
    await database.saveResult("s1", result(0, "succeeded"));
    await database.saveResult("s1", result(1, "running"));
    await database.saveResult("s2", result(0, "queued"));
    expect(database.unsettled().map((entry) => `${entry.session}/${String(entry.result.step)}`)).toEqual([
      "s1/1",
      "s2/0",
    ]);
    database.close();
  });

  it("remembers the page when only activity follows", async () => {
    const database = openActivityDatabase(join(folder, "a.db"), () => 2000);
    await database.visit("s1", "intro", new Date(1000));
    database.touch("s1");
    expect(database.activityNow("s1")).toEqual({ page: "intro", lastActivityAt: "1970-01-01T00:00:02.000Z" });
    database.close();
  });

  it("counts how often one step failed since it last succeeded", async () => {
    const database = open();
    for (const state of ["failed", "running", "failed", "running", "failed"] as const)
      await database.saveResult("s1", result(0, state));
    await database.saveResult("s1", result(1, "succeeded"));
    expect(database.progress("s1")).toEqual({ done: 1, failed: 1, failuresOfOneStep: 3 });
    await database.saveResult("s1", result(0, "succeeded"));
    expect(database.progress("s1")).toEqual({ done: 2, failed: 0, failuresOfOneStep: 0 });
    database.close();
  });

  it("forgets sessions that are gone", async () => {
    const database = open();
    for (const session of ["s1", "s2", "s3"]) await database.saveResult(session, result(0, "succeeded"));
    await database.forget("s1");
    await database.forget("s2");
    expect(
      [database.resultsNow("s1"), database.resultsNow("s2"), database.resultsNow("s3")].map(
        (all) => all.length,
      ),
    ).toEqual([0, 0, 1]);
    expect(database.activityNow("s2")).toEqual({});
    database.close();
  });
});

function open() {
  return openActivityDatabase(join(folder, "activity.db"));
}

function result(step: number, state: StepResult["state"]): StepResult {
  return { page: "p", step, state, checks: [] };
}
