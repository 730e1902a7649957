import { describe, expect, it } from "vitest";
import { eventPhase, sessionMinutes } from "./event.js";
import { pausedUntil, timeLeft } from "./session-time.js";

const MINUTE_MS = 60_000;
const NOON = Date.UTC(2026, 10, 28, 12);
const at = (minutes: number): string => new Date(NOON + minutes * MINUTE_MS).toISOString();

describe("a clock that jumps at an event", () => {
  const event = { lab: "pods", seats: 3, from: at(0), until: at(90) };

  it("opens and closes its door by what it says now, and by nothing it said before", () => {
    const phases = [-1, 0, -60, 89, 91, 30].map((minutes) => eventPhase(event, NOON + minutes * MINUTE_MS));
    expect(phases).toEqual(["early", "open", "early", "open", "over", "open"]);
  });

  it("gives nobody a session without time, or one without end", () => {
    const given = [0, 89.5, 90, 500].map((minutes) => sessionMinutes(event, NOON + minutes * MINUTE_MS));
    expect(given).toEqual([90, 1, 1, 1]);
    // Set back by a day: until the event is over, as it says now.
    expect(sessionMinutes(event, NOON - 24 * 60 * MINUTE_MS)).toBe(90 + 24 * 60);
    expect(sessionMinutes({ ...event, minutes: 45 }, NOON + 500 * MINUTE_MS)).toBe(45);
  });

  it("takes nothing of the time that stands still in a pause, and goes on by what it says when that is over", () => {
    const session = { expiresAt: at(60), pausedUntil: at(20) };
    const left = (minutes: number): number => timeLeft(session, NOON + minutes * MINUTE_MS) / MINUTE_MS;
    expect([0, 10, -120, 19].map(left)).toEqual([40, 40, 40, 40]);
    expect([20, 30, 75].map(left)).toEqual([40, 30, -15]);
    expect([-120, 20].map((minutes) => pausedUntil(session, NOON + minutes * MINUTE_MS))).toEqual([
      NOON + 20 * MINUTE_MS,
      undefined,
    ]);
  });
});
