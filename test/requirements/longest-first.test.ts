import { existsSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import type { TestSpecification, Vitest } from "vitest/node";
import { productRoot } from "../server/lectern-process.js";
import { LONGEST, LongestFirst } from "./longest-first.js";

it.each(LONGEST)("%s is there to begin with", (name) => {
  expect(existsSync(join(productRoot, name))).toBe(true);
});

it("the longest files come before those of which nothing is known, within their group", async () => {
  const cache = { getFileTestResults: () => undefined, getFileStats: () => ({ size: 1 }) };
  const sequencer = new LongestFirst({ config: { root: "/lectern" }, cache } as unknown as Vitest);
  const [longest = "", next = ""] = LONGEST;
  // oxlint-disable-next-line unicorn/no-array-sort
  const sorted = await sequencer.sort([file("a", 1), file(next, 1), file("b", 0), file(longest, 1)]);
  expect(sorted.map(({ moduleId }) => moduleId)).toEqual([
    "/lectern/b",
    `/lectern/${longest}`,
    `/lectern/${next}`,
    "/lectern/a",
  ]);
});

function file(name: string, groupOrder: number): TestSpecification {
  const project = { name: "system", config: { sequence: { groupOrder }, isolate: false } };
  return { moduleId: `/lectern/${name}`, project } as unknown as TestSpecification;
}
