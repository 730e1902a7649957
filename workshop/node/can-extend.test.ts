import { describe, expect, it } from "vitest";
import type { SessionSpec } from "../common/session.js";
import { canExtend } from "./session-view.js";

const OPENED = new Date("2026-01-02T10:00:00Z");
const MINUTE_MS = 60_000;

/** A session of an hour that ends so many minutes after it was opened. */
function lasting(minutes: number, more: Partial<SessionSpec> = {}): { spec: SessionSpec } {
  const expiresAt = new Date(OPENED.getTime() + minutes * MINUTE_MS).toISOString();
  const spec = { lab: "lab", minutes: 60, expiresAt, namespace: "s", organization: "s", ...more };
  return { spec };
}

describe("a learner may add time", () => {
  it("until the session lasts twice as long as its lab", () => {
    expect([60, 119, 120].map((minutes) => canExtend(lasting(minutes), OPENED))).toEqual([true, true, false]);
  });

  it("which pauses do not use up", () => {
    const paused = { pausedMs: 45 * MINUTE_MS };
    expect([164, 165].map((minutes) => canExtend(lasting(minutes, paused), OPENED))).toEqual([true, false]);
  });

  it("unless an instructor has said when it ends", () => {
    expect(canExtend(lasting(60, { isEndSet: true }), OPENED)).toBe(false);
  });
});
