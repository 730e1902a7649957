import { describe, expect, it } from "vitest";
import { eventTime } from "./event-times.js";

describe("a time on the command line", () => {
  const now = new Date(2026, 10, 28, 9, 30);

  it.each([
    ["14:00", new Date(2026, 10, 28, 14, 0)],
    ["9:05", new Date(2026, 10, 28, 9, 5)],
    ["2026-11-30 14:00", new Date(2026, 10, 30, 14, 0)],
    ["2026-11-30T14:00", new Date(2026, 10, 30, 14, 0)],
    ["2026-11-30T14:00:00Z", new Date(Date.UTC(2026, 10, 30, 14, 0))],
  ])("may be %s", (text, time) => {
    expect(eventTime(text, now)).toBe(time.toISOString());
  });

  it.each(["", "24:00", "12:60", "2026-11-30", "noon", "14", "2026-13-30 14:00"])("is not %j", (text) => {
    expect(() => eventTime(text, now)).toThrow("Expected a time such as 14:00");
  });
});
