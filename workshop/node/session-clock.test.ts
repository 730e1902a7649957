import { beforeEach, describe, expect, it } from "vitest";
import { SessionClock } from "./session-clock.js";

const HOUR_MS = 3_600_000;

describe("the clock by which sessions end", () => {
  let wall: number;
  let steady: number;
  let clock: SessionClock;
  const pass = (ms: number): void => {
    wall += ms;
    steady += ms;
  };
  beforeEach(() => {
    [wall, steady] = [Date.UTC(2026, 10, 30, 12), 5_000];
    clock = new SessionClock({ wall: () => wall, steady: () => steady });
  });

  it.each([3 * HOUR_MS, -3 * HOUR_MS])("goes on as before when the machine's jumps by %i ms", (jump) => {
    const before = clock.now();
    pass(60_000);
    wall += jump;
    pass(60_000);
    expect([clock.jump(), clock.now()]).toEqual([jump, before + 120_000]);
    expect(clock.latest()).toBe(Math.max(clock.now(), wall));
    clock.follow(jump);
    expect([clock.jump(), clock.now()]).toEqual([0, wall]);
  });

  it("is not carried along by a clock that is set while it is read", () => {
    const start = wall;
    let read = 0;
    clock = new SessionClock({ wall: () => start - (read++ > 1 ? HOUR_MS : 0), steady: () => steady });
    expect([clock.now(), clock.now()]).toEqual([start, start]);
  });

  it("counts a second jump before the first was followed, and none where it was taken back", () => {
    wall += HOUR_MS;
    expect(clock.jump()).toBe(HOUR_MS);
    wall += HOUR_MS;
    expect(clock.jump()).toBe(2 * HOUR_MS);
    clock.follow(HOUR_MS);
    expect(clock.jump()).toBe(HOUR_MS);
    wall -= HOUR_MS;
    expect(clock.jump()).toBe(0);
  });

  it("goes with one that is put right bit by bit, however far that leads", () => {
    for (let step = 0; step < 1_000; step += 1) {
      pass(1_000);
      wall += 500;
      expect(clock.jump()).toBe(0);
    }
    expect(clock.now()).toBe(wall);
  });

  it("follows, for who moves nothing, one set back at once, and one set on when the others had time", () => {
    wall -= HOUR_MS;
    clock.followOthers();
    expect(clock.now()).toBe(wall);
    wall += HOUR_MS;
    clock.followOthers();
    expect(clock.now()).toBe(wall - HOUR_MS);
    pass(31_000);
    clock.followOthers();
    expect(clock.now()).toBe(wall);
  });
});
