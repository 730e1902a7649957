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

  it("takes a field that is not there for null, and a pointer from its first slash, as Go's library does", () => {
    expect(applyJsonPatch({ a: 1 }, [{ op: "replace", path: "/b", value: 2 }])).toEqual({ a: 1, b: 2 });
    expect(applyJsonPatch({ a: 1 }, [{ op: "copy", from: "/b", path: "/c" }])).toEqual({ a: 1, c: null });
    expect(applyJsonPatch({ a: 1 }, [{ op: "test", path: "/b", value: null }])).toEqual({ a: 1 });
    expect(applyJsonPatch({ a: 1 }, [{ op: "add", path: "x/b", value: 2 }])).toEqual({ a: 1, b: 2 });
  });

  it("refuses copies that double until nothing else fits", () => {
    const doubling = Array.from({ length: 40 }, () => ({ op: "copy", from: "/a", path: "/a/0" }));
    expect(() => applyJsonPatch({ a: ["x"] }, doubling)).toThrow(
      "the server rejected our request due to an error in our request",
    );
  });

  it.each([
    [[{ op: "copy", from: "/none/b", path: "/a" }]],
    [[{ op: "replace", path: "/none/b", value: 1 }]],
    [[{ op: "remove", path: "/none" }]],
    [[{ op: "test", path: "/none", value: 1 }]],
    [[{ op: "replace", path: "", value: 1 }]],
    [[null]],
    [[{ op: "test", path: "/a", value: 2 }]],
    [[{ op: "move", from: "", path: "/b" }]],
    [[{ op: "move", from: "/a", path: "/a/b" }]],
  ])("refuses %j, which does not apply", (patch) => {
    expect(() => applyJsonPatch({ a: 1 }, patch)).toThrow("the server rejected our request");
  });
});
