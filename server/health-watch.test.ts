import { expect, it } from "vitest";
import type { HealthProblem } from "../workshop/common/instructor-api.js";
import { createHealthWatch } from "./health-watch.js";

const LOOK_MS = 5;
const largest = [{ session: "greedy", bytes: 900 }];
const memory = { largest: () => Promise.resolve(largest) };

it("tells each follower what cannot be used, once, and when it can be again", async () => {
  let problem: string | undefined = "it is gone";
  let asked = 0;
  const watch = createHealthWatch(
    {
      memory,
      health: {
        check: (excluded) => {
          asked += 1;
          expect(excluded).toEqual(["disk"]);
          return Promise.resolve([{ name: "cluster", ...(problem !== undefined && { problem }) }]);
        },
      },
    },
    LOOK_MS,
  );
  const told: HealthProblem[][] = [];
  const stop = watch.follow((problems) => told.push(problems));
  await expect.poll(() => told).toEqual([[{ name: "cluster", problem: "it is gone" }]]);
  const later: HealthProblem[][] = [];
  const stopLater = watch.follow((problems) => later.push(problems));
  await expect.poll(() => later).toHaveLength(1);
  problem = undefined;
  await expect.poll(() => [told.length, told.at(-1), later.length, later.at(-1)]).toEqual([2, [], 2, []]);
  stop();
  stopLater();
  // Nobody is asked once nobody wants to know.
  await expect
    .poll(async () => {
      const before = asked;
      await new Promise((resolve) => setTimeout(resolve, 4 * LOOK_MS));
      return asked - before;
    })
    .toBe(0);
});

it("says nothing while all can be used", async () => {
  let asked = 0;
  const told: HealthProblem[][] = [];
  const health = { check: () => Promise.resolve((asked += 1) > 0 ? [{ name: "cluster" }] : []) };
  const stop = createHealthWatch({ health, memory }, LOOK_MS).follow((problems) => told.push(problems));
  await expect.poll(() => asked).toBeGreaterThan(3);
  expect(told).toEqual([]);
  stop();
});

it("names the sessions that take most where memory is short, and nowhere else", async () => {
  const told: HealthProblem[][] = [];
  const health = {
    check: () =>
      Promise.resolve([
        { name: "memory", problem: "it is nearly used up" },
        { name: "cluster", problem: "gone" },
      ]),
  };
  const stop = createHealthWatch({ health, memory }, LOOK_MS).follow((problems) => told.push(problems));
  await expect
    .poll(() => told[0])
    .toEqual([
      { name: "memory", problem: "it is nearly used up", largest },
      { name: "cluster", problem: "gone" },
    ]);
  stop();
});
