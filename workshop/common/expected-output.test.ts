import { describe, expect, it } from "vitest";
import { compilePage } from "./compile-page.js";
import { acceptedLines, outputMismatch } from "./expected-output.js";
import { pageForTests } from "./page-for-tests.js";

const nothing = () => undefined;
const STEP = ["```execute", "kubectl get pods", "```", ""];

describe("an expected output", () => {
  it("belongs to the block before it, is filled, and is shown as code", () => {
    const { actions, html, problems } = compiled(
      ...STEP,
      "```expected-output",
      "<b> of {{ who }}",
      "```",
      "```execute",
      "ls",
      "```",
    );
    expect(problems).toEqual([]);
    expect(actions.map(({ output }) => output)).toEqual([
      { text: "<b> of Ada\n", line: 5, closing: 7 },
      undefined,
    ]);
    expect(html).toContain("<pre><code>&lt;b&gt; of Ada\n</code></pre>");
  });

  it("that can be held against nothing is named with its line", () => {
    const fence = ["```expected-output", "x", "```"];
    expect(wrongIn("# Page", "", ...fence, ...STEP)).toEqual([
      [3, expect.stringContaining("stands behind no block that runs a command")],
    ]);
    expect(wrongIn("```copy", "x", "```", ...fence)).toEqual([
      [4, expect.stringContaining("behind no block")],
    ]);
    expect(wrongIn("```execute-all", "x", "```", ...fence)).toEqual([
      [4, expect.stringContaining("in one terminal")],
    ]);
    expect(wrongIn(...STEP, ...fence, ...fence)).toEqual([
      [8, expect.stringContaining("on line 1 has an expected output already")],
    ]);
    expect(wrongIn(...STEP, "```expected-output match=/x/", "x", "```")).toEqual([
      [5, expect.stringContaining("has no options")],
    ]);
    expect(wrongIn(...STEP, "```expected-output", "x".repeat(4_097), "```")).toEqual([
      [5, expect.stringContaining("4098 characters")],
    ]);
    expect(wrongIn(...STEP, "```expected-output", "{{ nobody }}", "```")).toEqual([
      [6, expect.stringContaining("nobody")],
    ]);
    expect(wrongIn(...STEP, "````hint", ...fence, "````")).toEqual([
      [6, expect.stringContaining("stands in a hint")],
    ]);
  });

  it.each([
    ["a\nb\n", "a\nb"],
    ["a\nb", "a  \r\nb\n\n"],
    ["NAME  AGE", "NAME        AGE"],
    ["web-... 1/1 ...", "web-7d9f-x 1/1 5s"],
    ["a...b...c", "abc"],
    ["...", ""],
    ["...", "any\nlines"],
    ["a\n...\nz", "a\nz"],
    ["a\n  ...\nz", "a\nb\nc\nz"],
    ["...\nb\n...", "a\nb\nb\nc"],
    ["...\nb", "b\na\nb"],
    ["", ""],
    ["", "\n\n"],
    ["dots...", "dots..."],
  ])("%j holds of %j", (text, output) => {
    expect(outputMismatch({ text, line: 1 }, output)).toBeUndefined();
  });

  it.each([
    ["a\nb", "a\nc", 'expected "b", got "c"'],
    ["a\nb", "a", 'expected "b"'],
    ["a", "a\nb", 'got "b"'],
    ["b\na", "a\nb", "expected"],
    ["ab...ba", "aba", 'expected "ab...ba", got "aba"'],
    ["a...b...a", "aab", "expected"],
    ["a b", "ab", 'expected "a b", got "ab"'],
    ["...\na\n...", "b", 'expected "a"'],
    ["", "x", 'got "x"'],
    ["A", "a", 'expected "A", got "a"'],
  ])("%j does not hold of %j, which is said", (text, output, why) => {
    expect(outputMismatch({ text, line: 7 }, output)).toMatch(
      /^The output is not the expected output on line 7: /,
    );
    expect(outputMismatch({ text, line: 7 }, output)).toContain(why);
  });

  it("is not judged by what nobody saw, or by the end of an output alone", () => {
    expect(outputMismatch({ text: "a", line: 7 }, undefined)).toContain("no output was seen");
    expect(outputMismatch({ text: "...", line: 7 }, "x".repeat(4_096))).toContain("too long");
  });

  it.each([
    ["", "a\nb", ["a", "b"]],
    ["a ...\nb\nc", "a 1\nB\nc", ["a ...", "B", "c"]],
    ["a\n...\nz", "a\nb\nc\ny", ["a", "...", "y"]],
    ["a\n...", "b\nc\nd", ["b", "..."]],
    ["a\n...\nx\ny\n...", "a\nb\nc\nX", ["a", "...", "c", "X", "..."]],
    ["a\n...\nz", "a\ny", ["a", "...", "y"]],
    ["x\n...\nz", "y\nz", ["y", "...", "z"]],
    ["...\na\n...\nb", "a\nB", ["...", "a", "...", "B"]],
    ["...\na\n...", "b", ["...", "b", "..."]],
    ["a\n...", "", ["..."]],
    ["gone\nkept\n...", "kept\n1\n2", ["kept", "..."]],
    ["...\n...\na", "b\nA", ["...", "A", "..."]],
    ["gone\nx-...", "x-1\nx-2", ["x-...", "x-2"]],
    ["a", "", []],
  ])("%j keeps what still holds once %j is accepted", (text, output, lines) => {
    const accepted = acceptedLines({ text }, output);
    expect(accepted.map((line) => line.text)).toEqual(lines);
    expect(outputMismatch({ text: lines.join("\n"), line: 1 }, output)).toBeUndefined();
  });

  it("fails nothing where it stands behind no command, as plain code of other programs does", () => {
    const { problems } = compiled("```python", "print(1)", "```", "", "```expected-output", "1", "```");
    expect(problems.map(({ severity }) => severity)).toEqual(["warning"]);
  });

  it("is as long as its variables make it", () => {
    const long = ["```expected-output", "{{ who }}".repeat(1_366), "```"];
    expect(wrongIn(...STEP, ...long)).toEqual([[5, expect.stringContaining("has 4099 characters")]]);
  });

  it("takes no time to speak of, however often it says that anything may come", () => {
    const text = Array.from({ length: 500 }, () => "...a...a...b").join("\n");
    expect(outputMismatch({ text, line: 1 }, "a".repeat(4_000))).toContain("got");
  });
});

function wrongIn(...lines: string[]): [number, string][] {
  return compiled(...lines).problems.map(({ line, message }) => [line, message]);
}

function compiled(...lines: string[]) {
  const addresses = { picture: nothing, page: nothing, application: nothing, slides: nothing };
  const page = pageForTests(`${lines.join("\n")}\n`, { name: "one", title: "One", file: "one.md" });
  return compilePage(page, { who: "Ada" }, addresses);
}
