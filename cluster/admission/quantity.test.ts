import { expect, test } from "vitest";

import { addQuantities, formatQuantity, parseQuantity } from "./quantity.js";

test.each([
  ["0.5", "500m"],
  ["1000m", "1"],
  ["1.5Gi", "1536Mi"],
  ["1024Ki", "1Mi"],
  ["512", "512"],
  ["1e3", "1e3"],
  ["1000", "1k"],
  ["1500k", "1500k"],
  ["100n", "100n"],
  ["0Gi", "0"],
  ["-2", "-2"],
  ["1E", "1E"],
])("%s is written %s", (text, canonical) => {
  const quantity = parseQuantity(text);
  expect(quantity && formatQuantity(quantity)).toBe(canonical);
});

test.each(["", ".", "x", "1 Gi", "1GiB", "--1", "1e99"])("%j is no quantity", (text) => {
  expect(parseQuantity(text)).toBeUndefined();
});

test("a sum keeps the style of what was there first", () => {
  const [left, right] = [parseQuantity("1Gi"), parseQuantity("512Mi")];
  expect(left && right && formatQuantity(addQuantities(left, right))).toBe("1536Mi");
});
