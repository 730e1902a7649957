import { describe, expect, it } from "vitest";
import { canonicalQuantity, compareQuantities } from "./quantity.js";

describe("quantities", () => {
  it.each([
    ["0.5", "500m"],
    ["1000m", "1"],
    ["1024Mi", "1Gi"],
    ["1.5Gi", "1536Mi"],
    ["1500M", "1500M"],
    ["1000M", "1G"],
    ["0", "0"],
    ["100Ki", "100Ki"],
    ["1e3", "1e3"],
    ["12345", "12345"],
    ["2000", "2k"],
    ["-0.1", "-100m"],
  ])("writes %s as %s", (text, canonical) => {
    expect(canonicalQuantity(text)).toBe(canonical);
  });

  it("has no form for what is no quantity", () => {
    expect(["1x", "", "abc", "1 Gi"].map(canonicalQuantity)).toEqual([
      undefined,
      undefined,
      undefined,
      undefined,
    ]);
  });

  it("compares exactly across units", () => {
    expect(compareQuantities("1Gi", "1024Mi")).toBe(0);
    expect(compareQuantities("0.1", "99m")).toBe(1);
    expect(compareQuantities("500m", "1")).toBe(-1);
  });
});
