import { expect, it } from "vitest";
import { commentsIn, htmlTags } from "./html-tags.js";
import { removedHtml } from "./removed-html.js";
import type { Token } from "./markdown.js";

/** What takes a time that grows with the square of the text does not come to an end here. */
const MANY = 200_000;

it("reads attributes with anything between them, and as many blanks as there are", () => {
  expect(read(`<a / b c = 'd' = "e"f=g h="i">`)).toEqual([
    [
      { name: "b", value: "" },
      { name: "c", value: "d" },
      { name: "e", value: "" },
      { name: "f", value: "g" },
      { name: "h", value: "i" },
    ],
  ]);
  expect(read(`<a b${" ".repeat(MANY)}>`)).toEqual([[{ name: "b", value: "" }]]);
});

it("tells where tags are over, which a > in quotes does not say", () => {
  const html = `a<b c="x -> y"><d e='>' f=g>h</b>i<j k="`;
  expect(htmlTags(html).map(({ at, end }) => html.slice(at, end))).toEqual([
    '<b c="x -> y">',
    "<d e='>' f=g>",
    "</b>",
    '<j k="',
  ]);
});

function read(html: string) {
  return htmlTags(html).map(({ attributes }) => attributes);
}

it("has no tag and no comment of a text that a closing tag ends, whatever its case", () => {
  const html = `<SCRIPT a="b">"<title>" <!-- </scripts></Script><b></b><!-- <style> --><style>`;
  expect(htmlTags(html).map(({ name, isClosing }) => `${isClosing ? "/" : ""}${name}`)).toEqual([
    "script",
    "/script",
    "b",
    "/b",
    "style",
  ]);
  expect(commentsIn(html).map(({ at, end }) => html.slice(at, end))).toEqual(["<!-- <style> -->"]);
});

it("tells every one of many tags on its line", () => {
  const content = "<title>\n".repeat(MANY / 2);
  const problems = removedHtml([{ kind: "html", token: { content } as Token, content, line: 3 }]);
  expect(problems).toHaveLength(MANY / 2);
  expect(problems.at(-1)?.line).toBe(MANY / 2 + 2);
});

it("has no comment in an attribute of a tag, and tells at once where many tags are open", () => {
  const html = `<a b="<!-- c -->"><!-- d --><e f='<!--'>g<!-- h --><SCRIPT i="<!--">`;
  expect(commentsIn(html).map(({ at, end }) => html.slice(at, end))).toEqual(["<!-- d -->", "<!-- h -->"]);
  expect(htmlTags(`<a b="x > y <!-- z">`).map(({ attributes }) => attributes)).toEqual([
    [{ name: "b", value: "x > y <!-- z" }],
  ]);
  expect(commentsIn(`<a b='${"<a ".repeat(MANY)}<!-- c -->`)).toHaveLength(1);
});
