import { expect, it } from "vitest";
import { NO_LOG, withMore, withoutColours } from "./log-text.js";

it("a log keeps its last lines whole, and says that there were others", () => {
  let log = NO_LOG;
  for (let line = 0; line < 20_000; line += 1) log = withMore(log, `line ${String(line)} of a long log\n`);
  expect(log.isCut).toBe(true);
  expect(log.text.length).toBeLessThanOrEqual(320 * 1024);
  expect(log.text).toMatch(/^line \d+ of a long log\n/);
  expect(log.text.endsWith("line 19999 of a long log\n")).toBe(true);
  expect(withMore(NO_LOG, "short")).toEqual({ text: "short", isCut: false });
});

it("one line without an end is cut as well", () => {
  expect(withMore(NO_LOG, "x".repeat(1024 * 1024)).text.length).toBe(256 * 1024);
});

it("colours of a terminal are left out, and nothing else", () => {
  expect(withoutColours("\u001b[1;31mred\u001b[0m and \u001b[Kplain [0m")).toBe("red and plain [0m");
});
