import { expect, it } from "vitest";
import { createMemoryWatch } from "./memory-watch.js";

const largest = () => Promise.resolve([{ session: "greedy", bytes: 900 }]);

it("no session is begun while memory is short, in words that say why, and each is again by itself", async () => {
  let short: string | undefined = "the machine has 60 of 2048 MiB of memory left";
  const watch = createMemoryWatch({ largest, hasPods: false, shortage: () => short });
  expect(watch.hasRoom()).toBe(false);
  expect(() => watch.requireRoom()).toThrow(
    "No session can be begun just now, for memory is nearly used up: the machine has 60 of 2048 MiB of memory left. What runs goes on;",
  );
  short = undefined;
  await expect.poll(() => watch.hasRoom()).toBe(true);
  expect(() => watch.requireRoom()).not.toThrow();
});

it("sessions whose shells are in pods are begun all the same: they take memory of their nodes", () => {
  const watch = createMemoryWatch({ largest, hasPods: true, shortage: () => "the machine has 60 MiB left" });
  expect(watch.hasRoom()).toBe(true);
  expect(() => watch.requireRoom()).not.toThrow();
  expect(watch.shortage()).toBe("the machine has 60 MiB left");
});

it("many who ask in the same moment cost one look", () => {
  let looks = 0;
  const watch = createMemoryWatch({
    largest,
    hasPods: false,
    shortage: () => ((looks += 1), undefined),
  });
  for (let asked = 0; asked < 100; asked += 1) watch.requireRoom();
  expect(looks).toBeLessThan(10);
});

it("sessions that cannot be told of hold up nothing", async () => {
  const watch = createMemoryWatch({ largest: () => Promise.reject(new Error("gone")), hasPods: false });
  expect(await watch.largest()).toEqual([]);
});
