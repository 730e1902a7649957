import { describe, expect, it } from "vitest";
import {
  addQuantities,
  canonicalQuantity,
  compareQuantities,
  formatQuantity,
  isQuantity,
  parseQuantity,
} from "./quantity.js";

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
    ["512", "512"],
    ["1500k", "1500k"],
    ["100n", "100n"],
    ["0Gi", "0"],
    ["1E", "1E"],
  ])("writes %s as %s", (text, canonical) => {
    expect(canonicalQuantity(text)).toBe(canonical);
  });

  it.each(["", ".", "x", "1x", "1 Gi", "1GiB", "--1", "1e99"])("takes %j for no quantity", (text) => {
    expect(canonicalQuantity(text)).toBeUndefined();
  });

  it.each([["1e999999999"], ["9".repeat(1_000_000)]])("refuses a number without end at once", (text) => {
    expect(isQuantity(text)).toBe(false);
  });

  it("keeps the style of what was there first in a sum", () => {
    const [left, right] = [parseQuantity("1Gi"), parseQuantity("512Mi")];
    expect(left && right && formatQuantity(addQuantities(left, right))).toBe("1536Mi");
  });

  it("compares exactly across units", () => {
    expect(compareQuantities("1Gi", "1024Mi")).toBe(0);
    expect(compareQuantities("0.1", "99m")).toBe(1);
    expect(compareQuantities("500m", "1")).toBe(-1);
  });
});
