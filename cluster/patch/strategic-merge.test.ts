import { isDeepStrictEqual } from "node:util";
import { describe, expect, it } from "vitest";
import { resolveNothing } from "../schema/schema.js";
import type { Schema } from "../schema/schema.js";
import { applyStrategicMergePatch } from "./strategic-merge.js";

const SCHEMA: Schema = {
  type: "object",
  properties: {
    containers: {
      type: "array",
      "x-kubernetes-patch-merge-key": "name",
      "x-kubernetes-patch-strategy": "merge",
      items: { type: "object", properties: { name: { type: "string" }, args: { type: "array" } } },
    },
    finalizers: { type: "array", "x-kubernetes-patch-strategy": "merge", items: { type: "string" } },
    strategy: { type: "object", "x-kubernetes-patch-strategy": "retainKeys" },
    atomic: { type: "array" },
  },
};

const target = {
  containers: [
    { name: "c1", image: "a" },
    { name: "c2", image: "b" },
  ],
  finalizers: ["x"],
  atomic: [1],
};

function patched(object: object, patch: object): unknown {
  return applyStrategicMergePatch(object, patch, SCHEMA, resolveNothing);
}

/** A change of containers of which the patch says the order. */
function ordered(containers: object[], order: object[]): () => unknown {
  return () => patched(target, { containers, "$setElementOrder/containers": order });
}

describe("applyStrategicMergePatch", () => {
  it("merges list elements by their key and leaves the others", () => {
    expect(patched(target, { containers: [{ name: "c2", image: "new" }] })).toMatchObject({
      containers: [
        { name: "c1", image: "a" },
        { name: "c2", image: "new" },
      ],
    });
  });

  it("puts new elements first, unless the patch says the order", () => {
    const names = (result: unknown): string[] => (result as typeof target).containers.map(({ name }) => name);
    expect(names(patched(target, { containers: [{ name: "c3" }] }))).toEqual(["c3", "c1", "c2"]);
    const order = [{ name: "c1" }, { name: "c2" }, { name: "c3" }];
    const change = { containers: [{ name: "c3" }], "$setElementOrder/containers": order };
    expect(names(patched(target, change))).toEqual(["c1", "c2", "c3"]);
  });

  it("merges lists of many thousand elements in their order", () => {
    const containers = Array.from({ length: 100_000 }, (_, at) => ({ name: `c${at}` }));
    const change = { containers, "$setElementOrder/containers": containers };
    // To walk them with `toEqual` takes longer than to merge them.
    const merged = patched({ containers: containers.toReversed() }, change);
    expect(isDeepStrictEqual(merged, { containers })).toBe(true);
    const gone = containers.map(({ name }) => ({ name, $patch: "delete" }));
    expect(patched({ containers }, { containers: gone })).toEqual({ containers: [] });
  });

  it("refuses elements that its order leaves out or has in another order", () => {
    const [c1, c2] = [{ name: "c1" }, { name: "c2" }];
    expect(ordered([c1], [c2])).toThrow(
      "[map[name:c1]]\n doesn't match $setElementOrder list:\n[map[name:c2]]",
    );
    expect(ordered([c2, c1], [c1, c2])).toThrow("The order in patch list");
    expect(ordered([{ ...c1, $patch: "delete" }], [c2])).not.toThrow();
  });

  it("deletes elements, replaces lists and maps, and drops nulls", () => {
    expect(patched(target, { containers: [{ name: "c1", $patch: "delete" }] })).toMatchObject({
      containers: [{ name: "c2", image: "b" }],
    });
    expect(patched(target, { containers: [{ name: "n" }, { $patch: "replace" }] })).toMatchObject({
      containers: [{ name: "n" }],
    });
    expect(patched(target, { $patch: "replace", atomic: [2] })).toEqual({ atomic: [2] });
    expect(patched(target, { finalizers: null })).not.toHaveProperty("finalizers");
  });

  it("unites primitive lists and takes from them on request", () => {
    expect(patched(target, { finalizers: ["y"] })).toMatchObject({ finalizers: ["y", "x"] });
    expect(patched(target, { "$deleteFromPrimitiveList/finalizers": ["x"] })).toMatchObject({
      finalizers: [],
    });
    expect(patched(target, { atomic: [2] })).toMatchObject({ atomic: [2] });
  });

  it("keeps only the named keys where told to", () => {
    const rolling = { strategy: { type: "RollingUpdate", rollingUpdate: { maxSurge: 1 } } };
    const recreate = { strategy: { type: "Recreate", $retainKeys: ["type"] } };
    expect(patched(rolling, recreate)).toEqual({ strategy: { type: "Recreate" } });
  });

  it("refuses an element without its key", () => {
    expect(() => patched(target, { containers: [{ image: "x" }] })).toThrow(
      "map: map[image:x] does not contain declared merge key: name",
    );
  });

  it("changes neither argument", () => {
    const patch = {
      containers: [{ name: "c1", image: "z" }],
      "$setElementOrder/containers": [{ name: "c1" }],
    };
    const copies = structuredClone([target, patch]);
    patched(target, patch);
    expect([target, patch]).toEqual(copies);
  });
});
