import { describe, expect, it } from "vitest";
import { editText, selectText, type TextChange, type TextSelection } from "./edit-text.js";

const TEXT = "one\ntwo two\nthree\n";
const search = (text: string, more = {}) => ({ text, isRegex: false, ...more });

describe("a selection", () => {
  it.each<[string, TextSelection, string]>([
    ["of text", { by: "match", search: search("two") }, "two"],
    ["of a pattern", { by: "match", search: search("t\\w+$", { isRegex: true }) }, "two"],
    ["of a group", { by: "match", search: search("^(t)(h.*)$", { isRegex: true, group: 2 }) }, "hree"],
    ["from a line on", { by: "match", search: search("t", { start: 3 }) }, "t"],
    ["with its line", { by: "match", search: search("two"), before: 0 }, "two two"],
    ["with a line above", { by: "match", search: search("two"), before: 1, after: 0 }, "one\ntwo two"],
    ["with all below", { by: "match", search: search("one"), after: -1 }, "one\ntwo two\nthree"],
    ["of lines", { by: "lines", start: 2, stop: 3 }, "two two\nthree"],
  ])("%s", (_, selection, expected) => {
    const { from, to } = selectText(TEXT, selection);
    expect(TEXT.slice(from, to)).toBe(expected);
  });

  it.each<[string, TextSelection, string]>([
    ["text that is not there", { by: "match", search: search("four") }, 'it has no text "four"'],
    [
      "a pattern that matches nothing",
      { by: "match", search: search("^x+", { isRegex: true }) },
      'it has nothing that matches "^x+"',
    ],
    [
      "text outside of the lines",
      { by: "match", search: search("one", { start: 2, stop: -1 }) },
      'it has no text "one" on the lines that are looked at',
    ],
    [
      "a group that is not there",
      { by: "match", search: search("(o)ne", { isRegex: true, group: 2 }) },
      "has 1 groups, and no group 2",
    ],
    ["lines that are not there", { by: "lines", start: 3, stop: 9 }, "it has 3 lines, and no lines 3 to 9"],
    ["nothing", { by: "match", search: search("") }, "is empty"],
  ])("fails for %s, in a sentence", (_, selection, message) => {
    expect(() => selectText(TEXT, selection)).toThrow(message);
  });

  it("stops before the line it is told, counted from the end where that is negative", () => {
    expect(selectText(TEXT, { by: "match", search: search("t", { start: -2, stop: -1 }) }).from).toBe(4);
    expect(() => selectText(TEXT, { by: "match", search: search("three", { stop: 3 }) })).toThrow("no text");
  });
});

describe("a change", () => {
  const two: TextSelection = { by: "match", search: search("two") };
  it.each<[string, TextChange, string]>([
    ["replaces a selection", { does: "replace-selection", selection: two, text: "2" }, "one\n2 two\nthree\n"],
    [
      "inserts lines before a selection",
      { does: "insert-at-selection", selection: two, text: "x", side: "before" },
      "one\nx\ntwo two\nthree\n",
    ],
    [
      "appends lines after a selection",
      { does: "insert-at-selection", selection: two, text: "x\ny\n", side: "after" },
      "one\ntwo two\nx\ny\nthree\n",
    ],
    [
      "replaces the first match",
      { does: "replace-matches", search: search("two"), replacement: "2", count: 1 },
      "one\n2 two\nthree\n",
    ],
    [
      "replaces all matches",
      {
        does: "replace-matches",
        search: search("o$", { isRegex: true, group: 0 }),
        replacement: "O",
        count: -1,
      },
      "one\ntwo twO\nthree\n",
    ],
    [
      "inserts before the first line",
      { does: "insert-at-line", line: 1, text: "zero", side: "before" },
      `zero\n${TEXT}`,
    ],
    [
      "appends after the last line",
      { does: "insert-at-line", line: 3, text: "four", side: "after" },
      `${TEXT}four\n`,
    ],
    [
      "appends after a match",
      { does: "insert-at-match", search: search("one"), text: "1.5", side: "after" },
      "one\n1.5\ntwo two\nthree\n",
    ],
    ["appends to the file", { does: "insert-at-end", text: "four", side: "after" }, `${TEXT}four\n`],
    ["prepends to the file", { does: "insert-at-end", text: "zero\n", side: "before" }, `zero\n${TEXT}`],
    ["replaces lines", { does: "replace-lines", start: 1, stop: 2, text: "x" }, "x\nthree\n"],
    ["deletes lines", { does: "replace-lines", start: 2, stop: 2, text: "" }, "one\nthree\n"],
    [
      "deletes the lines of every match, each once",
      { does: "delete-matching-lines", search: search("two"), before: 0, after: 0 },
      "one\nthree\n",
    ],
    [
      "deletes lines with those around them",
      { does: "delete-matching-lines", search: search("two"), before: 1, after: -1 },
      "",
    ],
  ])("%s", (_, change, expected) => {
    expect(editText(TEXT, change).text).toBe(expected);
  });

  it("puts lines on lines of their own where the text does not end with a line end", () => {
    expect(editText("one", { does: "insert-at-end", text: "two", side: "after" }).text).toBe("one\ntwo\n");
    expect(editText("one", { does: "insert-at-line", line: 1, text: "two", side: "after" }).text).toBe(
      "one\ntwo\n",
    );
    expect(editText("", { does: "insert-at-end", text: "one", side: "after" }).text).toBe("one\n");
  });

  it("takes many lines out of a text of many", () => {
    const keep = "keep\n".repeat(300_000);
    const text = keep + "drop\n".repeat(9_000);
    const change = { does: "delete-matching-lines", search: search("drop"), before: 0, after: 0 } as const;
    const edited = editText(text, change);
    expect(edited.text === keep).toBe(true);
  });

  it("shows what it has put in", () => {
    const { text, range } = editText(TEXT, { does: "insert-at-line", line: 1, text: "new", side: "after" });
    expect(text.slice(range?.from, range?.to)).toBe("new\n");
  });

  it("is bounded: a pattern is not looked for in a megabyte, and is linear below that", () => {
    const change: TextChange = {
      does: "replace-matches",
      search: search("(a+)+$", { isRegex: true }),
      replacement: "",
      count: 1,
    };
    expect(() => editText("a".repeat(1024 * 1024), change)).toThrow("patterns are looked for in at most");
    expect(() => editText(`${"a".repeat(20_000)}b`, change)).toThrow("it has nothing that matches");
  });
});
