import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { readPageOfAsciidoc } from "./asciidoc-lab-for-tests.js";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "lectern-adoc-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

const read = (page: string, files?: Record<string, string>) => readPageOfAsciidoc(folder, page, files);

describe("a page that is too much", () => {
  it("of too many characters is shown up to there", async () => {
    const { problems, html } = await read(`= Long\n\nBegin.\n\n${"word ".repeat(20_000)}`);
    expect(html).toContain("<p>Begin.</p>");
    expect(problems).toEqual([
      expect.stringMatching(
        /^1 error page-size: The page has 100\d+ characters; only the first 65536/,
      ) as string,
    ]);
  });

  it("by the values that it names is shown up to there", async () => {
    const { lab, html, problems } = await read(
      `= Long\n:a: ${"x".repeat(4_000)}\n\nBegin.\n\n* In a list: ${"{a}".repeat(10_000)}\n\nEnd.\n`,
    );
    expect(lab.pages[0]?.source.length).toBeLessThan(1_000);
    expect(html).toContain("<p>Begin.</p>");
    expect(html).not.toContain("End.");
    expect(problems).toEqual([
      "6 error page-size: The page has more than 262144 characters with what it includes and its values; what begins here is not shown",
    ]);
  });

  it.each([
    ["code", (long: string) => `[source,subs=attributes]\n----\n${long}\n----`],
    ["many paragraphs", (long: string) => long.replaceAll("}{", "}\n\n{")],
    ["templates' tags", (_long: string) => "{b}".repeat(10_000)],
    ["a table", (long: string) => `|===\n|A\n\n|${long}\n|===`],
    ["footnotes", (long: string) => `Text.footnote:[${long.slice(0, 1_500)}]`],
  ])("by the values in %s is no larger than a page may be", async (_kind, body) => {
    const tags = `{{ fruit | default: "${"y".repeat(1_500)}" }}`.repeat(5);
    const { lab, problems } = await read(
      `= Long\n:a: ${"x".repeat(4_000)}\n:b: ${tags}\n\n${body("{a}".repeat(8_000))}\n`,
    );
    expect(lab.pages[0]?.source.length).toBeLessThanOrEqual(256 * 1024);
    expect(problems.filter((problem) => problem.includes("error page-size"))).toHaveLength(1);
  });

  it("by its title is told", async () => {
    const { title, problems } = await read(`:a: ${"x".repeat(4_000)}\n\n= T {a}{a}\n\nText.\n`);
    expect(title).toBe("Page");
    expect(problems).toEqual(["1 error asciidoc: The title has more than 1000 characters, and is not shown"]);
  });

  it("with what it includes is told", async () => {
    const { problems } = await read(`= In\n\ninclude::a.txt[]\n\n${"word ".repeat(6_000)}\n`, {
      "pages/a.txt": "word ".repeat(8_000),
    });
    expect(problems).toEqual([
      "3 error asciidoc: The file a.txt is not included: a page has at most 65536 characters with what it includes",
    ]);
  });

  it("by the blanks in a line is read with fewer, which is told, and not included", async () => {
    const blanks = " ".repeat(50_000);
    const { actions, problems } = await read(
      `= Blanks\n\n[source,role=execute-1]\n----\ntrue\necho a${blanks}b <1>\n----\n\ninclude::a.txt[]\n`,
      { "pages/a.txt": `Text\n${blanks}.\n` },
    );
    expect(actions).toMatchObject([{ text: `true\necho a${" ".repeat(200)}b` }]);
    expect(problems).toEqual([
      "9 error asciidoc: The file a.txt is not included: line 2 of it has more than 200 blanks in a row",
      "6 warning asciidoc: More than 200 blanks in a row are read as so many",
    ]);
  });

  it("of deep nesting is told, and the other pages are there", async () => {
    const deep = Array.from({ length: 400 }, (_none, at) => "=".repeat(4 + at)).join("\n");
    const { lab } = await read(`= Deep\n\n${deep}`, { "pages/z.md": "# Other\n" });
    expect(lab.pages).toHaveLength(2);
    expect(lab.pages[1]?.title).toBe("Other");
  });
});

it("headings of one name keep names of their own, as references know them", async () => {
  const { html, problems } = await read("= T\n\n== A b\n\n== A b\n\n== A b\n\nSee <<_a_b_3,the third>>.\n");
  expect(problems).toEqual([]);
  expect(html).toMatch(/href="#[^"]+">the third/);
});
