import { describe, expect, it } from "vitest";
import type { InstructorRow } from "../../common/instructor-api.js";
import { merged } from "./wall-screens.js";
import { arrangedTiles, stateOf, tilesOf } from "./wall-state.js";

const NOW = Date.parse("2026-01-02T10:00:00Z");

function row(id: string, change: Partial<InstructorRow> = {}): InstructorRow {
  return {
    id,
    lab: "lab",
    title: "Lab",
    phase: "Active",
    page: "one",
    pageNumber: 1,
    pages: 3,
    stepsDone: 1,
    stepsFailed: 0,
    steps: 9,
    createdAt: "2026-01-02T09:00:00Z",
    openedAt: "2026-01-02T09:00:00Z",
    minutes: 90,
    lastActivityAt: "2026-01-02T09:59:00Z",
    expiresAt: "2026-01-02T11:00:00Z",
    linkRevision: 0,
    link: "",
    ...change,
  };
}

const help = { text: "it fails", page: "one", askedAt: "2026-01-02T09:58:00Z" };

describe("a learner on the wall", () => {
  const { openedAt: _openedAt, ...unopened } = row("a");
  const cases: [InstructorRow, string][] = [
    [row("a"), "working"],
    [row("a", { help, stuck: "One step failed 3 times" }), "asking"],
    [row("a", { stuck: "One step failed 3 times", stuckAt: { page: "one", step: "x" } }), "stuck"],
    [row("a", { stuck: "Nothing happened for 12 min" }), "idle"],
    [row("a", { stepsDone: 9, stuck: "Nothing happened for 12 min" }), "done"],
    [row("a", { pausedUntil: "2026-01-02T10:05:00Z" }), "paused"],
    [row("a", { pausedUntil: "2026-01-02T09:05:00Z" }), "working"],
    [unopened, "waiting"],
    [row("a", { phase: "Pending" }), "waiting"],
    // A lab of pages alone has nothing to be done with.
    [row("a", { steps: 0, stepsDone: 0 }), "working"],
  ];
  for (const [index, [one, state]] of cases.entries())
    it(`is ${state} (${String(index + 1)})`, () => expect(stateOf(one, NOW)).toBe(state));
});

describe("the wall", () => {
  const rows = [
    row("z-2", { person: "Ben", pageNumber: 2, createdAt: "2026-01-02T09:02:00Z", event: "day" }),
    row("z-1", { person: "Änne", createdAt: "2026-01-02T09:01:00Z", event: "day", help }),
    row("z-3", { person: "Cleo", createdAt: "2026-01-02T09:03:00Z", step: { number: 2, of: 4 } }),
    row("z-4", { phase: "Ended" }),
  ];
  const tiles = tilesOf(rows, undefined, NOW);
  const names = (view: Parameters<typeof arrangedTiles>[1]) =>
    arrangedTiles(tiles, view).map(({ row: { person } }) => person);

  it("has those that are not over, by name", () => {
    expect(names({})).toEqual(["Änne", "Ben", "Cleo"]);
  });

  it("has those of an event alone", () => {
    expect(tilesOf(rows, "day", NOW).map(({ row: { id } }) => id)).toEqual(["z-1", "z-2"]);
  });

  it("begins with those who need somebody, or who are least far", () => {
    expect(names({ sort: "need" })[0]).toBe("Änne");
    expect(names({ sort: "page" })).toEqual(["Cleo", "Änne", "Ben"]);
  });

  it("finds by state and by words", () => {
    expect(names({ state: "asking" })).toEqual(["Änne"]);
    expect(names({ words: "cleo" })).toEqual(["Cleo"]);
  });

  it("without names is in the order of numbers, and nobody is found by name", () => {
    expect(arrangedTiles(tiles, { isProjected: true, words: "cleo" }).map(({ number }) => number)).toEqual([
      1, 2, 3,
    ]);
  });
});

describe("lines of a screen", () => {
  it("are replaced where they changed, and cut where there are fewer", () => {
    expect(merged(["a", "b", "c"], 2, [[1, "B"]])).toEqual(["a", "B"]);
    expect(merged(["a"], 3, [[2, "c"]])).toEqual(["a", "", "c"]);
  });
});
