import { expect, it } from "vitest";
import { formatTable } from "./table.js";

it("formatTable pads every column to its widest cell and leaves nothing trailing", () => {
  expect(
    formatTable(
      ["A", "NAME"],
      [
        ["long", "x"],
        ["b", ""],
      ],
    ),
  ).toBe("A     NAME\nlong  x\nb");
});
