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
  it("gives back after a restart what was saved before", () => {
    const first = open();
    first.saveResult("s1", result(0, "succeeded"));
    first.saveResult("s1", result(1, "failed"));
    first.visit("s1", "page-2");
    first.close();
    const second = open();
    expect(second.results("s1")).toEqual([result(0, "succeeded"), result(1, "failed")]);
    expect(second.activity("s1")?.currentPage).toBe("page-2");
    second.close();
  });

  it("replaces the result of a step that is run again", () => {
    const database = open();
    database.saveResult("s1", result(0, "failed"));
    database.saveResult("s1", result(0, "succeeded"));
    expect(database.results("s1")).toEqual([result(0, "succeeded")]);
    database.close();
  });

  it("names what was still running", () => {
    const database = open();
    database.saveResult("s1", result(0, "succeeded"));
    database.saveResult("s1", result(1, "running"));
    database.saveResult("s2", result(0, "queued"));
    expect(database.unsettled().map((entry) => `${entry.session}/${String(entry.result.step)}`)).toEqual([
      "s1/1",
      "s2/0",
    ]);
    database.close();
  });

  it("remembers the page when only activity follows", () => {
    let now = 1;
    const database = openActivityDatabase(join(folder, "a.db"), () => now);
    database.visit("s1", "intro");
    now = 2;
    database.touch("s1");
    expect(database.activity("s1")).toEqual({ currentPage: "intro", lastActivityAt: 2 });
    database.close();
  });

  it("forgets sessions that are gone", () => {
    const database = open();
    for (const session of ["s1", "s2", "s3"]) database.saveResult(session, result(0, "succeeded"));
    database.remove("s1");
    database.keepOnly(["s3"]);
    expect(
      [database.results("s1"), database.results("s2"), database.results("s3")].map((all) => all.length),
    ).toEqual([0, 0, 1]);
    expect(database.activity("s2")).toBeUndefined();
    database.close();
  });
});

function open() {
  return openActivityDatabase(join(folder, "activity.db"));
}

function result(step: number, state: StepResult["state"]): StepResult {
  return { page: "p", step, state, checks: [] };
}
