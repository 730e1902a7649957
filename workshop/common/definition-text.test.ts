import { expect, it } from "vitest";
import { definitionText } from "./definition-text.js";

const NAMES = { own: new Set(["color"]), declared: new Set(["size"]) };

it("tells a name that nobody declares for mistyped, and no other", () => {
  const found = ["$(color)", "$(size)", "$(siez)", "$(base64(color))", "$(registry_host)", "a $(siez)"].map(
    (text) => definitionText(text, NAMES).unknown.map(({ isMistyped }) => isMistyped),
  );
  expect(found).toEqual([[], [false], [true], [false], [false], [false]]);
});

// What takes a time that grows with the square of the text does not come to an end here.
it("tells every one of many names", () => {
  expect(definitionText("$(a)".repeat(100_000), NAMES).unknown).toHaveLength(100_000);
});
