import { expect, it } from "vitest";

import { isRestorable } from "./read-history.js";

const NOW = "2026-11-28T12:00:00Z";
const exception = (expires: string) => ({ kind: "exception" as const, state: JSON.stringify({ expires }) });

it("restores an exception only while its expiry is to come", () => {
  expect(isRestorable(exception("2026-11-28T12:00:01Z"), NOW)).toBe(true);
  expect(isRestorable(exception(NOW), NOW)).toBe(false);
  expect(isRestorable(exception("2026-11-28T11:59:59Z"), NOW)).toBe(false);
});

it("restores whatever else there was after a change, and nothing of what was deleted by it", () => {
  expect(isRestorable({ kind: "policy", state: "{}" }, NOW)).toBe(true);
  expect(isRestorable({ kind: "policy" }, NOW)).toBe(false);
  expect(isRestorable({ kind: "exception" }, NOW)).toBe(false);
});
