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

it("lets others begin while one can only wait, once for each, and never more than its limit besides", async () => {
  const queue = new SessionQueue(2);
  const ends: (() => void)[] = [];
  const begun: string[] = [];
  const run = (name: string, isWaiting: boolean) =>
    queue.run(name, (giveWay) => {
      begun.push(name);
      if (isWaiting) [giveWay, giveWay].forEach((give) => give());
      return new Promise<void>((end) => ends.push(end));
    });
  const runs = ["w1", "w2", "w3", "a", "b", "c"].map((name) => run(name, name.startsWith("w")));
  await expect.poll(() => begun).toEqual(["w1", "w2", "w3", "a", "b"]);
  // Those that have given way leave no second place.
  for (const end of ends.slice(0, 3)) end();
  await Promise.all(runs.slice(0, 3));
  expect(begun).toEqual(["w1", "w2", "w3", "a", "b"]);
  ends[3]?.();
  await expect.poll(() => begun.at(-1)).toBe("c");
  for (const end of ends) end();
  await Promise.all(runs);
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

it("lets those of every group have their turn, and tells them their place so", async () => {
  const begun: string[] = [];
  const queue = new SessionQueue(1);
  const { end, run } = held(queue, begun);
  const runs = [
    run("now"),
    ...["a1", "a2", "a3"].map((name) => run(name, "a")),
    run("b1", "b"),
    run("c1", "c"),
  ];
  expect(["a1", "a2", "a3", "b1", "c1"].map((name) => queue.before(name))).toEqual([0, 3, 4, 1, 2]);
  await end(runs.length);
  expect(begun).toEqual(["now", "a1", "b1", "c1", "a2", "a3"]);
});

it("does what nobody waits for after everything else, in half of its places", async () => {
  const begun: string[] = [];
  const queue = new SessionQueue(4);
  const { end, run } = held(queue, begun);
  for (const name of ["p1", "p2", "p3"]) void run(name, "", true);
  for (const name of ["l1", "l2", "l3"]) void run(name);
  await sleep(0);
  expect(begun).toEqual(["p1", "p2", "l1", "l2"]);
  expect([queue.before("p3"), queue.before("l3")]).toEqual([undefined, 0]);
  await end(6);
  expect(begun).toEqual(["p1", "p2", "l1", "l2", "l3", "p3"]);
});

it("lets go of one that waits no longer, and of the place it had", async () => {
  const begun: string[] = [];
  const queue = new SessionQueue(1);
  const { end, run } = held(queue, begun);
  const runs = [run("a"), run("b"), run("c")];
  queue.leave("b", new Error("it was ended"));
  await expect(runs[1]).rejects.toThrow("it was ended");
  expect(queue.before("c")).toBe(0);
  await end(2);
  expect(begun).toEqual(["a", "c"]);
});

/** Runs sessions that each end when they are told, one after the other. */
function held(queue: SessionQueue, begun: string[]) {
  const ends: (() => void)[] = [];
  const run = (name: string, group = "", isBackground = false) =>
    queue.run(
      name,
      () => {
        begun.push(name);
        return new Promise<void>((resolve) => ends.push(resolve));
      },
      { group, isBackground },
    );
  const end = async (count: number) => {
    for (let at = 0; at < count; at += 1) {
      await expect.poll(() => ends.length).toBeGreaterThan(at);
      ends[at]?.();
    }
    await sleep(0);
  };
  return { run, end };
}
