import { describe, expect, it } from "vitest";
import { z } from "zod";
import { fittingParts } from "./fitting-parts.js";

const schema = z.looseObject({
  title: z.string(),
  list: z.array(z.looseObject({ name: z.string(), value: z.string().optional() })).optional(),
  either: z
    .union([z.array(z.looseObject({ name: z.string() })), z.record(z.string(), z.string())])
    .optional(),
});

function fit(value: unknown): { value: unknown; left: string[]; places: (path: PropertyKey[]) => string } {
  const read = fittingParts(schema, value);
  return {
    value: read.value,
    left: read.left.map(({ issue, part }) => `${issue.path.join(".")} -> ${part.join(".")}`),
    places: (path) => read.writtenPath(path).join("."),
  };
}

describe("what of a value fits", () => {
  it("is all of it where it does", () => {
    expect(fit({ title: "a", other: 1 })).toMatchObject({ value: { title: "a", other: 1 }, left: [] });
  });

  it("is all but the smallest parts that do not", () => {
    const read = fit({
      title: "a",
      list: [{ name: "a", value: [] }, { value: "nameless" }, { name: 1 }, "none", { name: "b" }],
    });
    expect(read.value).toEqual({ title: "a", list: [{ name: "a" }, { name: "b" }] });
    expect(read.left).toEqual([
      "list.0.value -> list.0.value",
      "list.1.name -> list.1",
      "list.2.name -> list.2",
      "list.3 -> list.3",
    ]);
    expect([read.places(["list", 0, "name"]), read.places(["list", 1, "name"])]).toEqual([
      "list.0.name",
      "list.4.name",
    ]);
  });

  it("is judged by the form that was meant", () => {
    const read = fit({ title: "a", either: [{ name: "a" }, { name: [] }] });
    expect(read.value).toEqual({ title: "a", either: [{ name: "a" }] });
    expect(read.left).toEqual(["either.1.name -> either.1"]);
  });

  it.each([
    ["no value", undefined],
    ["a list", []],
    ["a map without what it needs", { list: [] }],
  ])("is nothing of %s", (_what, value) => {
    expect(fit(value).value).toBeUndefined();
  });

  it("leaves alone what an alias names elsewhere", () => {
    const shared = { name: 1 };
    const value = { title: "a", other: shared, list: [shared] };
    expect(fit(value).value).toEqual({ title: "a", other: { name: 1 }, list: [] });
    expect(value.list).toEqual([shared]);
  });
});
