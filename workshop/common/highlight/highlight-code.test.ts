import { describe, expect, it } from "vitest";
import { pageHighlighter } from "./highlight-code.js";

const LANGUAGES = "sh yaml json dockerfile go python js java toml hcl diff xml sql".split(" ");

/** Code with the style of each piece that has one: `[keyword:if]`. */
function shown(code: string, language: string): string {
  const pieces = pageHighlighter()(code, language) ?? [];
  return pieces.map(({ text, style }) => (style ? `[${style}:${text}]` : text)).join("");
}

describe("code in colours", () => {
  it.each([
    [
      "bash",
      'if kubectl get pods -n "$NS" --all | grep $X; then exit 1; fi # why',
      '[keyword:if] kubectl get pods [name:-n] [string:"$NS"] [name:--all] | [keyword:grep] [literal:$X]; [keyword:then] [keyword:exit] [literal:1]; [keyword:fi] [comment:# why]',
    ],
    [
      "yaml",
      "spec: # c\n  url: http://x\n  - on: true\n    n: 'it''s'\n    a: it's\n  run: |\n    key: x\n\n    y\n  end: [1, {b: c}]",
      "[name:spec]: [comment:# c]\n  [name:url]: http://x\n  - [name:on]: [literal:true]\n    [name:n]: [string:'it''s']\n    [name:a]: it's\n  [name:run]: [string:|\n    key: x\n\n    y]\n  [name:end]: [[literal:1], {[name:b]: c}]",
    ],
    ["json", '{"a": ["b", 1.5, null]}', '{[name:"a"]: [[string:"b"], [literal:1.5], [literal:null]]}'],
    [
      "Dockerfile",
      "FROM nginx:1.25 AS web\nRUN echo hi",
      "[keyword:FROM] nginx:1.25 [keyword:AS] web\n[keyword:RUN] echo hi",
    ],
    [
      "go",
      'func main() { f("x", 3) } // c',
      '[keyword:func] main() { f([string:"x"], [literal:3]) } [comment:// c]',
    ],
    ["diff", "@@ 1\n-a\n+b\n c", "[heading:@@ 1]\n[deleted:-a]\n[inserted:+b]\n c"],
    ["html", '<a href="x">t</a>', '[keyword:<a] [name:href]=[string:"x"][keyword:>]t[keyword:</a>]'],
  ])("tells the pieces of %s", (language, code, pieces) => {
    expect(shown(code, language)).toBe(pieces);
  });

  it("is all of the code, whatever it holds", () => {
    for (const language of LANGUAGES)
      for (const code of ["", "\n", "é\u2028😀", "'\n\"\n`", '/* <!-- """ |\n', "a: |", "${", "0x.1e"]) {
        const pieces = pageHighlighter()(code, language);
        expect(pieces?.map(({ text }) => text).join("")).toBe(code);
      }
  });

  it("is in one colour in an unknown language, and where it is longer than anybody reads", () => {
    const highlight = pageHighlighter();
    expect(highlight("x", "brainfuck")).toBeUndefined();
    expect(highlight("a\n".repeat(10_000), "yaml")).toBeUndefined();
  });

  it("has a budget of a page, in characters and in pieces", () => {
    const long = pageHighlighter();
    const text = "word ".repeat(3_200);
    const coloured = Array.from({ length: 6 }, () => long(text, "sh") !== undefined);
    expect(coloured).toEqual([true, true, true, true, false, false]);
    const many = pageHighlighter();
    const pieces = "1 a ".repeat(1_000);
    expect(Array.from({ length: 4 }, () => many(pieces, "go") !== undefined)).toEqual([
      true,
      true,
      false,
      false,
    ]);
    expect(many("1 a", "go")).toBeDefined();
  });

  it("reads hostile code in one go: what were backtracked into would not end within the time of a test", () => {
    for (const language of LANGUAGES)
      for (const part of [
        "- ",
        "[",
        "$(",
        "'\n\"\n",
        "{a: ",
        "a: |\n",
        "<!-",
        '"\\',
        " ",
        "a ",
        "a=",
        "`",
        "1.",
      ]) {
        const code = part.repeat(4_000 / part.length);
        expect(
          pageHighlighter()(code, language)
            ?.map(({ text }) => text)
            .join(""),
        ).toBe(code);
      }
  });
});
