import { expect, it } from "vitest";
import type { SessionView } from "../../workshop/common/api.js";
import { instructorRow } from "./instructor-row.js";

const MINUTE_MS = 60_000;
const NOW = Date.parse("2026-01-01T12:00:00.000Z");

interface Case {
  minutesIdle?: number;
  minutesAfterPause?: number;
}

it.each<[string, Case, string | undefined]>([
  ["did something just now", { minutesIdle: 9 }, undefined],
  ["did nothing for long", { minutesIdle: 10 }, "Nothing happened for 10 min"],
  ["has not begun", {}, undefined],
  ["is back from a pause", { minutesIdle: 30, minutesAfterPause: 4 }, undefined],
  ["did nothing since a pause", { minutesIdle: 30, minutesAfterPause: 12 }, "Nothing happened for 12 min"],
  ["did something after a pause", { minutesIdle: 11, minutesAfterPause: 25 }, "Nothing happened for 11 min"],
  ["is in a pause", { minutesIdle: 30, minutesAfterPause: -5 }, undefined],
])("is stuck, or not, who %s", (_who, { minutesIdle, minutesAfterPause }, stuck) => {
  const pauseEnd = minutesAfterPause === undefined ? undefined : before(minutesAfterPause);
  const view = {
    phase: "Active",
    pages: [],
    createdAt: before(60),
    ...(pauseEnd === undefined ? {} : { pausedUntil: pauseEnd }),
  } as unknown as SessionView;
  const row = instructorRow(view, {
    steps: { done: 0, steps: 0 },
    progress: { done: 0, failed: 0, failuresOfOneStep: 0 },
    activity: minutesIdle === undefined ? {} : { lastActivityAt: before(minutesIdle) },
    pauseEnd,
    now: NOW,
  });
  expect(row.stuck).toBe(stuck);
});

function before(minutes: number): string {
  return new Date(NOW - minutes * MINUTE_MS).toISOString();
}
