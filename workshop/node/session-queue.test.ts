import { setTimeout as sleep } from "node:timers/promises";
import { expect, it } from "vitest";
import { SessionQueue } from "./session-queue.js";

it("does 500 asked for at once, no more than its limit at the same time, in the order of asking", async () => {
  const begun: string[] = [];
  let atOnce = 0;
  let most = 0;
  const queue = new SessionQueue(4);
  const names = Array.from({ length: 500 }, (_, at) => `s${String(at)}`);
  const make = async (name: string) => {
    begun.push(name);
    most = Math.max(most, (atOnce += 1));
    await sleep(1);
    atOnce -= 1;
    if (name === "s7") throw new Error("no room");
    return name;
  };
  const made = await Promise.allSettled(names.map((name) => queue.run(name, () => make(name))));
  expect([begun, most]).toEqual([names, 4]);
  expect(made.filter(({ status }) => status === "rejected")).toHaveLength(1);
});

it("tells each that waits how many are before it, whenever that changes", async () => {
  const told: string[][] = [];
  const queue = new SessionQueue(1, (waiting) => void told.push([...waiting]));
  const ends: (() => void)[] = [];
  const runs = ["a", "b", "c"].map((name) =>
    queue.run(name, () => new Promise<void>((end) => ends.push(end))),
  );
  const places = () => ["a", "b", "c"].map((name) => queue.before(name));
  expect(places()).toEqual([undefined, 0, 1]);
  for (let turn = 0; turn < 3; turn += 1) {
    await sleep(0);
    ends[turn]?.();
    await runs[turn];
    if (turn === 0) expect(places()).toEqual([undefined, undefined, 0]);
  }
  expect(told).toEqual([["c"], []]);
});
