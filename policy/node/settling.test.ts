import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Settling } from "./settling.js";

const patience = { quietMs: 100, atMostMs: 500 };

describe("Settling", () => {
  beforeEach(() => void vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "performance"] }));
  afterEach(() => void vi.useRealTimers());

  it("does what was asked for once when nobody has asked for a moment", () => {
    const { settling, done } = start();
    settling.soon("a", () => done.push("first"));
    vi.advanceTimersByTime(99);
    settling.soon("a", () => done.push("second"));
    vi.advanceTimersByTime(99);
    expect(done).toEqual([]);
    vi.advanceTimersByTime(1);
    expect(done).toEqual(["second"]);
    vi.advanceTimersByTime(1000);
    expect(done).toEqual(["second"]);
  });

  it("lets nobody who asks again and again put it off for ever", () => {
    const { settling, done } = start();
    for (let turn = 0; turn < 20; turn++) {
      settling.soon("a", () => done.push(turn));
      vi.advanceTimersByTime(50);
    }
    // At 500 ms that of the turn that began at 450, and then anew from the next who asked.
    expect(done).toEqual([9, 19]);
  });

  it("keeps what has different keys apart", () => {
    const { settling, done } = start();
    settling.soon("a", () => done.push("a"));
    settling.soon("b", () => done.push("b"));
    vi.advanceTimersByTime(100);
    expect(done).toEqual(["a", "b"]);
  });
});

function start() {
  const done: unknown[] = [];
  return { settling: new Settling(patience), done };
}
