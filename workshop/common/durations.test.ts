import { describe, expect, it } from "vitest";
import { formatAgo, formatDuration, formatTimeLeft, urgencyOf } from "./durations.js";

const MINUTE_MS = 60_000;

describe("durations", () => {
  it.each([
    [7, "7 ms"],
    [412, "0.4 s"],
    [9_990, "9.9 s"],
    [12_300, "12 s"],
    [65_000, "1 min 05 s"],
    [-5, "0 ms"],
  ])("a command that took %i ms took %s", (ms, words) => {
    expect(formatDuration(ms)).toBe(words);
  });

  it.each([
    [65 * MINUTE_MS, "1 h 05 min"],
    [48 * MINUTE_MS, "48 min"],
    [2 * MINUTE_MS, "2 min"],
    [2 * MINUTE_MS - 1, "1 min 59 s"],
    [59_999, "59 s"],
    [-1, "0 s"],
  ])("%i ms before the end, %s are left", (ms, words) => {
    expect(formatTimeLeft(ms)).toBe(words);
  });

  it("warn at ten minutes, urge at two, and know the end", () => {
    expect(urgencyOf(10 * MINUTE_MS + 1)).toBe("calm");
    expect(urgencyOf(10 * MINUTE_MS)).toBe("warning");
    expect(urgencyOf(2 * MINUTE_MS)).toBe("urgent");
    expect(urgencyOf(0)).toBe("over");
  });

  it("say how long ago something was, in the largest unit that fits", () => {
    expect(formatAgo(3_000)).toBe("just now");
    expect(formatAgo(40_000)).toBe("40 s ago");
    expect(formatAgo(4 * MINUTE_MS)).toBe("4 min ago");
    expect(formatAgo(125 * MINUTE_MS)).toBe("2 h ago");
    expect(formatAgo(60 * 60 * MINUTE_MS)).toBe("2 d ago");
  });
});
