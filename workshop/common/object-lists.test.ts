import { expect, it } from "vitest";
import { withoutLists } from "./object-lists.js";

const map = (name: string) => ({ apiVersion: "v1", kind: "ConfigMap", metadata: { name } });
const listOf = (...items: unknown[]) => ({ apiVersion: "v1", kind: "List", items });

it("takes objects out of lists, in their order, lists within lists too", () => {
  expect(withoutLists<unknown>([map("a"), listOf(map("b"), listOf(map("c")), map("d")), map("e")])).toEqual(
    ["a", "b", "c", "d", "e"].map(map),
  );
});

it("leaves what only looks like a list", () => {
  const others = [
    { apiVersion: "x.example/v1", kind: "List", items: [] },
    { apiVersion: "v1", kind: "List" },
    "List",
    null,
  ];
  expect(withoutLists<unknown>(others)).toEqual(others);
});
