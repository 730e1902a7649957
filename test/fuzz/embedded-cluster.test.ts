import { expect, it } from "vitest";
import { fuzzCluster } from "./fuzz-cluster.js";

/** `npm run fuzz` goes on with seeds nobody has seen. */
it.each([1, 2])("the embedded cluster stands requests of every sort, from seed %i", async (seed) => {
  expect(await fuzzCluster({ seed, requests: 1500 })).toEqual([]);
});
