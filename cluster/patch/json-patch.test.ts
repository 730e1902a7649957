import { describe, expect, it } from "vitest";
import { applyJsonPatch } from "./json-patch.js";

describe("applyJsonPatch", () => {
  it("applies its operations in order and changes neither argument", () => {
    const target = { a: { b: 1 } };
    const patch = [
      { op: "copy", from: "/a", path: "/c" },
      { op: "replace", path: "/c/b", value: 2 },
      { op: "remove", path: "/a" },
    ];
    expect(applyJsonPatch(target, patch)).toEqual({ c: { b: 2 } });
    expect(target).toEqual({ a: { b: 1 } });
  });

  it("refuses copies that double until nothing else fits", () => {
    const doubling = Array.from({ length: 40 }, () => ({ op: "copy", from: "/a", path: "/a/0" }));
    expect(() => applyJsonPatch({ a: ["x"] }, doubling)).toThrow(
      "the server rejected our request due to an error in our request",
    );
  });

  it.each([
    [[{ op: "copy", from: "/none", path: "/a" }]],
    [[null]],
    [[{ op: "test", path: "/a", value: 2 }]],
    [[{ op: "move", from: "", path: "/b" }]],
    [[{ op: "move", from: "/a", path: "/a/b" }]],
  ])("refuses %j, which does not apply", (patch) => {
    expect(() => applyJsonPatch({ a: 1 }, patch)).toThrow("the server rejected our request");
  });
});
