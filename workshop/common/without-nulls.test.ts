import { expect, it } from "vitest";
import { withoutNulls } from "./without-nulls.js";

it("leaves out what is null, in objects and lists, however deep", () => {
  const value = { a: null, b: [null, 1, { c: null, d: "" }], e: false };
  expect(withoutNulls(value)).toEqual({ b: [1, { d: "" }], e: false });
  expect(withoutNulls(null)).toBeNull();
});

it("copies what stands at many places once, and what holds itself", () => {
  let value: unknown = { a: null };
  for (let level = 0; level < 60; level++) value = [value, value];
  expect(withoutNulls(value)).toHaveLength(2);
  const itself: Record<string, unknown> = { a: null };
  itself["self"] = itself;
  const copy = withoutNulls(itself) as Record<string, unknown>;
  expect(copy["self"]).toBe(copy);
  expect("a" in copy).toBe(false);
});

it("takes what is nested without an end, and keys that objects have", () => {
  const deep = JSON.parse(`${"[".repeat(50_000)}${"]".repeat(50_000)}`) as unknown;
  expect(withoutNulls(deep)).toHaveLength(1);
  const named = withoutNulls(JSON.parse('{"__proto__": {"x": 1}}')) as object;
  expect(Object.keys(named)).toEqual(["__proto__"]);
});
