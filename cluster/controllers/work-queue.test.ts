import { EventEmitter, once } from "node:events";
import { setImmediate as turn } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { ManualClock } from "./manual-clock.js";
import { WorkQueue } from "./work-queue.js";

describe("a work queue", () => {
  it("works once on a key that is added many times", async () => {
    const { queue, worked } = start(() => Promise.resolve());
    for (let i = 0; i < 5; i += 1) queue.add("a");
    await settle();
    expect(worked).toEqual(["a"]);
  });

  it("works again on a key that is added while it is worked on, and never twice at once", async () => {
    let running = 0;
    let most = 0;
    const { queue, worked } = start(async (key) => {
      most = Math.max(most, (running += 1));
      if (worked.length === 1) queue.add(key);
      await turn();
      running -= 1;
    });
    queue.add("a");
    await settle();
    expect(worked).toEqual(["a", "a"]);
    expect(most).toBe(1);
  });

  it("waits twice as long after each failure, up to a bound", async () => {
    const { queue, clock, worked } = start(() => Promise.reject(new Error("no")));
    queue.add("a");
    const delays: number[] = [];
    for (let i = 0; i < 20; i += 1) {
      await settle();
      delays.push(clock.nextMs ?? Number.NaN);
      clock.advance(clock.nextMs ?? 0);
    }
    expect(delays.slice(0, 4)).toEqual([5, 10, 20, 40]);
    expect(delays.at(-1)).toBe(1_000_000);
    expect(worked).toHaveLength(20);
  });

  it("waits no longer than its controller would have it", async () => {
    const { queue, clock } = start(() => Promise.reject(new Error("no")), { retryMaxMs: 100 });
    queue.add("a");
    const delays: number[] = [];
    for (let i = 0; i < 8; i += 1) {
      await settle();
      delays.push(clock.nextMs ?? Number.NaN);
      clock.advance(clock.nextMs ?? 0);
    }
    expect(delays).toEqual([5, 10, 20, 40, 80, 100, 100, 100]);
  });

  it("starts over with a key added afresh", async () => {
    const { queue, clock } = start(() => Promise.reject(new Error("no")));
    queue.add("a");
    for (let i = 0; i < 6; i += 1) {
      await settle();
      clock.advance(clock.nextMs ?? 0);
    }
    await settle();
    expect(clock.nextMs).toBe(320);
    queue.addAfresh("a");
    await settle();
    expect(clock.nextMs).toBe(5);
  });

  it("forgets the failures of a key that succeeds", async () => {
    let fails = true;
    const { queue, clock } = start(() => (fails ? Promise.reject(new Error("no")) : Promise.resolve()));
    queue.add("a");
    await settle();
    clock.advance(5);
    await settle();
    fails = false;
    clock.advance(10);
    await settle();
    fails = true;
    queue.add("a");
    await settle();
    expect(clock.nextMs).toBe(5);
  });

  it("keeps the earlier of two delays", async () => {
    const { queue, clock, worked } = start(() => Promise.resolve());
    queue.addAfter("a", 100);
    queue.addAfter("a", 1000);
    queue.addAfter("a", 50);
    expect(clock.nextMs).toBe(50);
    clock.advance(50);
    await settle();
    expect(worked).toEqual(["a"]);
    expect(clock.nextMs).toBeUndefined();
  });

  it("stops after what it is doing and does nothing more", async () => {
    const gate = new EventEmitter();
    const { queue, clock, worked } = start(async () => void (await once(gate, "open")));
    queue.add("a");
    queue.addAfter("b", 10);
    await settle();
    const stopped = queue.stop();
    gate.emit("open");
    await stopped;
    queue.add("c");
    clock.advance(1000);
    await settle();
    expect(worked).toEqual(["a"]);
  });
});

function start(work: (key: string) => Promise<void>, more: { retryMaxMs?: number } = {}) {
  const clock = new ManualClock();
  const worked: string[] = [];
  const queue = new WorkQueue({
    clock,
    work: (key) => {
      worked.push(key);
      return work(key);
    },
    onFailure: () => undefined,
    ...more,
  });
  return { queue, clock, worked };
}

async function settle(): Promise<void> {
  for (let i = 0; i < 6; i += 1) await turn();
}
