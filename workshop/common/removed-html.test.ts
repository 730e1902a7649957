import { describe, expect, it } from "vitest";
import { compileForTests as compile } from "./page-for-tests.js";

describe("HTML of a page:", () => {
  it("a placeholder in angles shows it as it is written", () => {
    const { html, problems } = compile("Use `x` <resource> -n <your-namespace> here.");
    expect(html).toContain("&lt;resource&gt; -n &lt;your-namespace&gt; here");
    expect(problems).toEqual([]);
  });

  it.each(["div", "p", "span", "table", "details", "h2", "a"])(
    "a place in <%s> stays, and a link leads there",
    (name) => {
      const { html, problems } = compile(`[down](#far)\n\n<${name} id="far">\n\nhere\n\n</${name}>\n`);
      expect(html).toContain(`<${name} id="far">`);
      expect(problems).toEqual([]);
    },
  );

  it.each([
    "title",
    "style",
    "script",
    "textarea",
    "option",
    "label",
    "output",
    "table",
    "code",
    "details",
    "img",
  ])("a placeholder that is called <%s> as HTML is shown, and so is what follows it", (name) => {
    const { html, problems } = compile(`Write <${name}> here.\n\nThen **go on**.`);
    expect(html).toBe(`<p>Write &lt;${name}&gt; here.</p>\n<p>Then <strong>go on</strong>.</p>\n`);
    expect(problems).toEqual([]);
  });

  it("what begins in a sentence and ends below is no placeholder", () => {
    const { html, problems } = compile(
      "A <b>word\n\nand more</b>: <details><summary>x</summary>\n\ny<br>z\n\n</details>",
    );
    expect(html).not.toContain("&lt;");
    expect(html).toContain("<details><summary>x</summary>");
    expect(problems).toEqual([]);
  });

  it.each(["title", "style", "script", "textarea", "option", 'script src="x.js"'])(
    "<%s> on a line of its own takes in nothing without a word where its end is forgotten",
    (tag) => {
      const { html, problems } = compile(`Before\n\n<${tag}>\n\nThen go on.`);
      expect(html).toContain(`&lt;${tag}&gt;`);
      expect(html).toContain("Then go on.");
      expect(problems).toMatchObject([{ line: 3, severity: "error", rule: "removed-html" }]);
    },
  );

  it("elements that end with the one around them are no placeholders and take in nothing", () => {
    const { html, problems } = compile(
      "A <ruby>漢<rp>(<rt>kan<rp>)</ruby> b\n\n<select><optgroup><option>A<option>B</select>\n\nGo on.",
    );
    expect(html).toContain("漢(kan) b");
    expect(html).toContain("Go on.");
    expect(html).not.toContain("&lt;");
    expect(problems.filter(({ severity }) => severity === "error")).toEqual([]);
    expect(compile("<select></select>\n<option>A</select>\n\nGo on.").problems).toContainEqual(
      expect.objectContaining({ line: 2, severity: "error" }) as unknown,
    );
  });

  it.each([
    '<script>document.write("<title>")</script>',
    "<style>/* <!-- */</style>",
    "<script>if (a<b) c()</script>",
    "<textarea><script></textarea>",
  ])("%s has no tag and no comment in its text", (written) => {
    const { html, problems } = compile(`<div>\n${written}\n<u onclick="x">Go</u> <!-- no --> on.\n</div>`);
    expect(html).toContain("<u>Go</u>");
    expect(problems.map(({ line, severity, rule }) => [line, severity, rule])).toEqual([
      [2, "warning", "removed-html"],
      [3, "warning", "removed-html"],
    ]);
  });
});
