import { setImmediate as turn } from "node:timers/promises";
import { expect, it } from "vitest";
import { Places } from "./places.js";

it("lets so many work at once, in the order they came, also after one has failed", async () => {
  const places = new Places(2);
  const begun: number[] = [];
  const ends: ((fails: boolean) => void)[] = [];
  const all = [0, 1, 2, 3, 4].map((each) =>
    places.take("ada", () => {
      begun.push(each);
      return new Promise<number>((resolve, reject) => {
        ends[each] = (fails) => (fails ? reject(new Error("no")) : resolve(each));
      });
    }),
  );
  const settled = Promise.allSettled(all);
  await turn();
  expect(begun).toEqual([0, 1]);
  ends[1]?.(true);
  await turn();
  expect(begun).toEqual([0, 1, 2]);
  ends[0]?.(false);
  ends[2]?.(false);
  await turn();
  expect(begun).toEqual([0, 1, 2, 3, 4]);
  ends[3]?.(false);
  ends[4]?.(false);
  expect((await settled).map(({ status }) => status)).toEqual([
    "fulfilled",
    "rejected",
    "fulfilled",
    "fulfilled",
    "fulfilled",
  ]);
});

it("lets who asks for little wait behind one of another's many, and not behind all", async () => {
  const places = new Places(1);
  const begun: string[] = [];
  const all = ["ada 1", "ada 2", "ada 3", "ada 4", "bob 1", "bob 2", "eve 1"].map((each) =>
    places.take(each.slice(0, 3), async () => {
      begun.push(each);
    }),
  );
  await Promise.all(all);
  expect(begun).toEqual(["ada 1", "ada 2", "bob 1", "eve 1", "ada 3", "bob 2", "ada 4"]);
});
