import { describe, expect, it } from "vitest";
import type { InstructorRow } from "../../common/instructor-api.js";
import { filterRows, sortRows } from "./rows.js";

describe("the instructor's rows", () => {
  const rows = [
    row("class-10", { stepsDone: 1 }),
    row("class-3", { stepsDone: 2 }),
    row("class-9", { stepsDone: 5, stuck: "The same step failed three times." }),
    row("class-2", { stepsDone: 3, phase: "Ended", stuck: "Idle for ten minutes." }),
    row("other-1", { lab: "quotas", title: "Quotas", stepsDone: 4 }),
  ];

  it("count numbers in names as numbers", () => {
    const plain = rows.filter(({ stuck }) => stuck === undefined);
    const sorted = sortRows(plain, { key: "id", isDescending: false });
    expect(ids(sorted)).toEqual(["class-3", "class-10", "other-1"]);
  });

  it("are ordered by the time that is left, in a pause and before the opening too", () => {
    const { openedAt: _openedAt, ...unopened } = row("unopened", { expiresAt: at(5_000), minutes: 45 });
    const timed = [
      row("long", { expiresAt: at(50) }),
      unopened,
      row("paused", { expiresAt: at(100), pausedUntil: at(90) }),
      row("short", { expiresAt: at(5) }),
      row("over", { expiresAt: at(200), phase: "Ended" }),
    ];
    const sorted = sortRows(timed, { key: "left", isDescending: false });
    expect(ids(sorted)).toEqual(["over", "short", "paused", "unopened", "long"]);
  });

  it("keep stuck learners on top in both directions, but not those whose session is over", () => {
    for (const isDescending of [false, true]) {
      expect(sortRows(rows, { key: "done", isDescending })[0]?.id).toBe("class-9");
    }
    expect(ids(sortRows(rows, { key: "done", isDescending: true }))).toEqual([
      "class-9",
      "other-1",
      "class-2",
      "class-3",
      "class-10",
    ]);
  });

  it("are found by words of several columns, in any order", () => {
    expect(ids(filterRows(rows, "all", "quotas OTHER"))).toEqual(["other-1"]);
    expect(filterRows(rows, "all", "quotas class")).toEqual([]);
  });

  it("are filtered by kind", () => {
    expect(ids(filterRows(rows, "stuck", ""))).toEqual(["class-9"]);
    expect(ids(filterRows(rows, "ended", ""))).toEqual(["class-2"]);
    expect(filterRows(rows, "active", "")).toHaveLength(4);
  });
});

function at(minutes: number): string {
  return new Date(Date.now() + minutes * 60_000).toISOString();
}

function ids(rows: InstructorRow[]): string[] {
  return rows.map(({ id }) => id);
}

function row(id: string, change: Partial<InstructorRow>): InstructorRow {
  return {
    id,
    lab: "image-policies",
    title: "Image Registry Policies",
    phase: "Active",
    page: "one",
    pageNumber: 1,
    pages: 3,
    stepsDone: 0,
    stepsFailed: 0,
    linkRevision: 1,
    minutes: 60,
    openedAt: "2026-01-01T10:00:00.000Z",
    steps: 9,
    createdAt: "2026-01-01T10:00:00Z",
    lastActivityAt: "2026-01-01T10:05:00Z",
    expiresAt: "2026-01-01T11:00:00Z",
    link: `http://localhost/join/${id}`,
    ...change,
  };
}
