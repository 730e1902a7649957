import { describe, expect, it } from "vitest";
import { compileForTests as compile } from "./page-for-tests.js";

const FENCE = "```";

/** Each: what an author writes, and every line of it that is spoken of. */
const CASES: Record<string, { source: string; problems: [line: number, rule: string][] }> = {
  "a forgotten end of a block": {
    source: `text\n\n${FENCE}execute\nls\n\nSome prose.\n\n${FENCE}execute-2\npwd\n${FENCE}\n`,
    problems: [[3, "unclosed-fence"]],
  },
  "a forgotten end before code": {
    source: `${FENCE}execute\nls\n\nProse.\n\n${FENCE}yaml\na: 1\n${FENCE}\n`,
    problems: [[1, "unclosed-fence"]],
  },
  "a forgotten end of tildes": {
    source: "~~~execute\nls\n\n~~~execute\npwd\n~~~\n",
    problems: [[1, "unclosed-fence"]],
  },
  "a forgotten end in a list": {
    source: `- one\n\n  ${FENCE}execute\n  ls\n\n  ${FENCE}execute\n  pwd\n  ${FENCE}\n`,
    problems: [[3, "unclosed-fence"]],
  },
  "a forgotten end in a quote": {
    source: `> ${FENCE}execute\n> ls\n\nafter\n`,
    problems: [[1, "unclosed-fence"]],
  },
  "an end that is too short": {
    source: `${FENCE}\`execute\nls\n${FENCE}\n`,
    problems: [[1, "unclosed-fence"]],
  },
  "no end at all": { source: `${FENCE}execute\nls`, problems: [[1, "unclosed-fence"]] },
  "a whole page that was pasted as code": {
    source: `\n${FENCE}\`markdown\n# Start\n\n${FENCE}execute\nls\n${FENCE}\n${FENCE}\`\n`,
    problems: [[2, "swallowed-fence"]],
  },
  "a whole page that was pasted as code and not closed": {
    source: `${FENCE}markdown\n# Start\n\nText.\n`,
    problems: [[1, "swallowed-fence"]],
  },
  "a page of nothing but code": { source: `${FENCE}\nls -l\n${FENCE}\n`, problems: [] },
  "a longer fence that shows a shorter one": {
    source: `text\n\n${FENCE}\`md\n${FENCE}execute\nls\n${FENCE}\n${FENCE}\`\n`,
    problems: [],
  },
  "an empty block of code": { source: `${FENCE}\n${FENCE}\n`, problems: [] },
  "a block in a comment": {
    source: `<!--\n${FENCE}execute\n{{ nope }} ![x](nowhere.png) [y](gone.md) {% nope %}\n${FENCE}\n-->\n\n<!-- {{ nope }} --> text <!-- {{ nope }} -->\n`,
    problems: [],
  },
  "a comment that hides the rest of the page": {
    source: `text\n\n<!-- a note\n\n${FENCE}execute\nls\n${FENCE}\n`,
    problems: [[3, "unclosed-comment"]],
  },
  "a comment that hides all up to the next one": {
    source: `a\n\n<!-- first\n\n${FENCE}execute\nls\n${FENCE}\n\n<!-- second -->\n\nb <!-- c --> d <!-- e\n`,
    problems: [[3, "unclosed-comment"]],
  },
  "a comment in a list that hides the rest of its item": {
    source: `- a\n\n  <!-- note\n  ${FENCE}execute\n  ls\n  ${FENCE}\n\n${FENCE}execute\npwd\n${FENCE}\n`,
    problems: [[3, "unclosed-comment"]],
  },
  "a block that HTML swallows": {
    source: `<p>\n</p>\n${FENCE}execute\nls\n${FENCE}\n`,
    problems: [[3, "swallowed-fence"]],
  },
  "a block that is indented too far": {
    source: `text\n\n    ${FENCE}execute\n    ls\n    ${FENCE}\n`,
    problems: [[3, "swallowed-fence"]],
  },
  "mistyped words": {
    source: ["exceute-1", "executes", "terminl:execute", "coppy"]
      .map((word) => `${FENCE}${word}\nx\n${FENCE}\n`)
      .join("\n"),
    problems: [1, 5, 9, 13].map((line) => [line, "action"]),
  },
  "words of languages": {
    source: ["console", "cobol", "sh", "exec", "yaml", "manpage", "text"]
      .map((word) => `${FENCE}${word}\nx\n${FENCE}\n`)
      .join("\n"),
    problems: [],
  },
  "a heading block that is no YAML": {
    source: `a\n\n${FENCE}section:heading\ntitle: Step 1: install\n${FENCE}\n`,
    problems: [[3, "action"]],
  },
  "a command that YAML cuts off": {
    source: `${FENCE}terminal:execute\ncommand: echo issue #42\n${FENCE}\n`,
    problems: [[2, "action-yaml"]],
  },
  "a command that YAML takes for a tag": {
    source: `${FENCE}terminal:execute\ncommand: !echo hello\n${FENCE}\n`,
    problems: [[1, "action"]],
  },
  "a command whose negation YAML takes for a tag": {
    source: `${FENCE}terminal:execute\ncommand: ! grep -q x file\n${FENCE}\n`,
    problems: [[1, "action"]],
  },
  "a command that begins like an anchor of YAML": {
    source: `${FENCE}terminal:execute\ncommand: &all ls\n${FENCE}\n`,
    problems: [[2, "action-yaml"]],
  },
  "a key that does nothing": {
    source: `${FENCE}terminal:execute\ncommand: ls\nbackground: false\n${FENCE}\n`,
    problems: [[1, "action-option"]],
  },
  "a key that stands there twice": {
    source: `${FENCE}terminal:execute\ncommand: ls\ncommand: rm x\n${FENCE}\n`,
    problems: [[1, "action"]],
  },
  "a command with keys of the shell's own": {
    source: `${FENCE}terminal:execute\ncommand: "echo a\\e[31mb"\n${FENCE}\n\n${FENCE}execute\necho a\u0003b\n${FENCE}\n`,
    problems: [
      [1, "action"],
      [5, "action"],
    ],
  },
  "tabs and line ends in a command": {
    source: `${FENCE}terminal:execute\ncommand: "cat <<X\\n\\ta\\r\\nX"\n${FENCE}\n`,
    problems: [],
  },
  "characters of a command that nobody sees": {
    source: ["ls\u00a0-l", "ls \u202e-l", "ls\u200b", "l\ufeffs", "ls \0", "ls\u2028pwd"]
      .map((command) => `${FENCE}execute\n${command}\n${FENCE}\n`)
      .join("\n"),
    problems: [1, 5, 9, 13, 17, 21].map((line) => [line, "unseen-character"]),
  },
  "characters of any language in a command": {
    source: `${FENCE}execute\necho grün 漢字\u3000 می\u200cخواهم 👩\u200d👧 ⚠️\n${FENCE}\n`,
    problems: [],
  },
  "a terminal that cannot exist": {
    source: `${FENCE}terminal:execute\ncommand: ls\nsession: a/b\n${FENCE}\n`,
    problems: [[1, "action"]],
  },
  "an unknown name used before in prose": {
    source: "nope here\n\nname {{ nope }}\n",
    problems: [[3, "unknown-variable"]],
  },
  "an unknown name in a table": {
    source: "| a |\n|---|\n| b |\n| {{ nope }} |\n",
    problems: [[4, "unknown-variable"]],
  },
  "an unknown name in a block": {
    source: `x\n\n${FENCE}sh\na\n{{ nope }}\n${FENCE}\n`,
    problems: [[5, "unknown-variable"]],
  },
  "an unknown name in an address": {
    source: "x\n\n[a]({{ nope }}) [b](#{{nope}})\n\n<a href='{{ nope }}/x'>c</a>\n\n[d](nope)\n",
    problems: [
      [3, "unknown-variable"],
      [3, "unknown-variable"],
      [5, "unknown-variable"],
      [7, "missing-page"],
    ],
  },
  "a dead link with an umlaut": { source: "a\n\nb\n[ü](./größe.md)\n", problems: [[4, "missing-page"]] },
  "a dead link in a table": {
    source: "| a |\n|---|\n| b |\n| [x](gone.md) |\n",
    problems: [[4, "missing-page"]],
  },
  "a dead link in HTML": {
    source: '<div>\n<a href="gone.md">x</a>\n</div>\n',
    problems: [[2, "missing-page"]],
  },
  "links to headings": {
    source:
      '[a](#part--two) [b](#h%C3%A9llo) [c](#part--two-1) [d](#日本) [e](#top) [f](#)\n\n## Part & Two\n\n## Héllo\n\n## Part & Two\n\n## 日本\n\n<a name="top"></a>\n',
    problems: [],
  },
  "a link to a file of its author": {
    source: "x\n\n[x](file:///home/me/a.txt)\n",
    problems: [[3, "missing-page"]],
  },
  "a picture of its own": {
    source: "x\n\n![x](data:image/svg+xml;base64,PHN2Zy8+)\n",
    problems: [],
  },
  "a link to no heading": { source: "# A\n\n[x](#b)\n", problems: [[3, "missing-page"]] },
  "a picture of another site": {
    source: "x\n\n![x](https://img.example/a.png)\n",
    problems: [[3, "external-picture"]],
  },
  "a picture without a text": {
    source: 'x\n\n![](./images/a.png)\n\n<img src="./images/a.png"> <img src="./images/a.png" alt="">\n',
    problems: [
      [3, "picture-text"],
      [5, "picture-text"],
    ],
  },
  "a picture in code": { source: `${FENCE}md\n![x](https://img.example/a.png)\n${FENCE}\n`, problems: [] },
  "HTML that is taken away": {
    source:
      '<font color="red">x</font> <b style="x">y</b>\n\n<p align="center">z</p>\n\n<center>c</center>\n',
    problems: [
      [1, "removed-html"],
      [1, "removed-html"],
    ],
  },
  "a copy button in a block of code": {
    source: `${FENCE}sh\nls {{ copy }}\n${FENCE}\n`,
    problems: [[2, "copy"]],
  },
};

function lines(line: string, characters: number): string {
  return line.repeat(Math.ceil(characters / line.length));
}

describe("a page with too much", () => {
  it.each([
    [
      "text",
      lines("Some words that go on. ", 300_000),
      /^The page has \d+ characters; only the first \d+ are/,
    ],
    [
      "text, cut in a block",
      `${FENCE}execute\n${lines("echo a\n", 300_000)}${FENCE}\n`,
      /only the first \d+ are/,
    ],
    ["text, cut in a name", `${lines("x", 262_136)} {{ session_name }} ${lines("y", 20)}`, /only the first/],
    [
      "pieces",
      lines("*a* ", 80_010),
      /^The page has more than \d+ pieces of text and HTML, and is not shown$/,
    ],
    [
      "of both",
      lines("*a* ", 300_000),
      /^The page has \d+ characters, more than \d+ pieces .*, and is not shown$/,
    ],
  ])("%s says so in one sentence", (_what, source, message) => {
    const { problems } = compile(source);
    expect(problems).toMatchObject([
      { rule: "page-size", line: 1, message: expect.stringMatching(message) as string },
    ]);
  });
});

describe("a page with", () => {
  it.each(Object.entries(CASES))("%s is told on the right line", (_name, { source, problems }) => {
    expect(compile(source).problems.map(({ line, rule }) => [line, rule])).toEqual(problems);
  });

  it.each(Object.entries(CASES))("%s is told there below front matter too", (_name, { source, problems }) => {
    expect(compile(source, 4).problems.map(({ line, rule }) => [line, rule])).toEqual(
      problems.map(([line, rule]) => [line + 3, rule]),
    );
  });

  it("a forgotten end has no block that types prose into the shell", () => {
    const { actions } = compile(CASES["a forgotten end of a block"]?.source ?? "");
    expect(actions.map(({ view }) => view.kind)).toEqual(["problem"]);
  });

  it("a link and a picture are told of as they are written", () => {
    const { problems } = compile("[to](#größe) ![](größe%20b.png)");
    expect(problems.map(({ message }) => message)).toEqual([
      "The link #größe leads to no heading of the page",
      expect.stringContaining("größe b.png") as string,
    ]);
  });

  it("a link whose decoded address would end a line or not be seen is told of as it stands", () => {
    const { problems } = compile("[a](x%0A::error::forged) [b](%E2%80%AEgnp.md) ![](x%0Ay.png)");
    expect(problems.map(({ message }) => message)).toEqual([
      "The link x%0A::error::forged leads to no page of the lab",
      "The link %E2%80%AEgnp.md leads to no page of the lab",
      expect.stringContaining("x%0Ay.png") as string,
    ]);
  });

  it("a pattern that cannot be read says so in the author's words alone", () => {
    const [problem] = compile(`${FENCE}execute match=/a(b/\nls\n${FENCE}\n`).problems;
    expect(problem?.message).toContain("/a(b/");
    expect(problem?.message).not.toMatch(/Exception|Error|RE2JS/);
  });

  it("a value that cannot stand where it does is a problem of its block", () => {
    const { actions, problems } = compile(`x\n\n${FENCE}execute\necho \`echo {{ odd }}\`\n${FENCE}\n`);
    expect(actions[0]?.view.kind).toBe("problem");
    expect(problems).toMatchObject([{ line: 3, message: expect.stringContaining("{{ odd }}") as string }]);
  });
});
