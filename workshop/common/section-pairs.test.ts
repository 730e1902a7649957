import { describe, expect, it } from "vitest";
import { pairSections } from "./section-pairs.js";

describe("sections", () => {
  it("pair a begin with the next end of its name", () => {
    expect(numbers(pairSections([begin(0), end(1), begin(2), end(3)]).pairs)).toEqual(["0-1", "2-3"]);
  });

  it("nest by name", () => {
    const marks = [begin(0, "outer"), begin(1, "inner"), end(2, "inner"), end(3, "outer")];
    expect(numbers(pairSections(marks).pairs)).toEqual(["1-2", "0-3"]);
  });

  it("without an end, or without a begin, are no pair", () => {
    const { pairs, unopened, unclosed } = pairSections([begin(0, "a"), end(1, "b")]);
    expect([pairs, unopened.length, unclosed.length]).toEqual([[], 1, 1]);
  });

  it("that end after what is around them are not closed", () => {
    const { pairs, unopened, unclosed } = pairSections([
      begin(0, "a"),
      begin(1, "b"),
      end(2, "a"),
      end(3, "b"),
    ]);
    expect(numbers(pairs)).toEqual(["0-2"]);
    expect([unclosed[0]?.number, unopened[0]?.number]).toEqual([1, 3]);
  });
});

function begin(number: number, name = "*") {
  return { number, kind: "section-begin" as const, section: { name, open: false } };
}

function end(number: number, name = "*") {
  return { number, kind: "section-end" as const, section: { name, open: false } };
}

function numbers(pairs: { begin: { number: number }; end: { number: number } }[]): string[] {
  return pairs.map((pair) => `${pair.begin.number}-${pair.end.number}`);
}
