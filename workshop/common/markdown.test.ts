import { createRequire } from "node:module";
import MarkdownIt from "markdown-it";
import { describe, expect, it } from "vitest";
import { Fillings } from "./filled-text.js";
import { parseMarkdown } from "./markdown.js";

const { tests } = createRequire(import.meta.url)("commonmark-spec") as { tests: { markdown: string }[] };

/** Examples that hold an address as text: it is a link, as on GitHub. */
const BARE_ADDRESSES = ["< https://foo.bar >\n", "https://example.com\n"];

function html(text: string): string {
  const { tokens, render } = parseMarkdown(text, new Fillings());
  return render(tokens).replaceAll(/\n+/g, "");
}

describe("the Markdown of pages", () => {
  it("is CommonMark in all examples of its specification", () => {
    const parser = new MarkdownIt("commonmark", { html: true });
    const others = tests
      .map(({ markdown }) => markdown.replaceAll("\u2192", "\t"))
      .filter((markdown) => html(markdown) !== parser.render(markdown).replaceAll(/\n+/g, ""));
    expect(tests.length).toBeGreaterThan(600);
    expect(others).toEqual(BARE_ADDRESSES);
  });

  it.each([
    ["See https://example.com/a?b=1.", "https://example.com/a?b=1"],
    ["(https://example.com/a_(b))", "https://example.com/a_(b)"],
    ["*https://example.com/x*", "https://example.com/x"],
    ["https://[a](b)", undefined],
    ["awww.example.com or www.nowhere", undefined],
    ["url=https://example.com", undefined],
    ["http://localhost:8080/ http://127.0.0.1:80 http://web:8080", undefined],
    ["`https://example.com`", undefined],
    ['<a href="x">https://example.com</a>', undefined],
  ])("makes of bare addresses in %j the link %s", (text, address) => {
    const found = [...html(text).matchAll(/<a href="(http[^"]*)">([^<]*)<\/a>/g)];
    expect(found.map(([, href, label]) => [href, label])).toEqual(address ? [[address, address]] : []);
  });

  it.each([
    ["Look at www.example.com/a_b.", "www.example.com/a_b"],
    ["(WWW.example.com)", "WWW.example.com"],
  ])("makes of %j the link %s, as GitHub does", (text, address) => {
    expect(html(text)).toContain(`<a href="http://${address}">${address}</a>`);
  });

  it.each([
    [
      ":::note[Hi *you*]\ntext\n\n- a\n  :::tip\n  b\n  :::\n:::\nafter",
      '<div class="note"><p><strong>Hi <em>you</em></strong></p><p>text</p><ul><li>a<div class="tip"><p><strong>Tip</strong></p><p>b</p></div></li></ul></div><p>after</p>',
    ],
    [":::danger Mind\nx", '<div class="danger"><p><strong>Mind</strong></p><p>x</p></div>'],
    [
      '!!! warning "Mind"\n    text\n\n    ```sh\n    ls\n    ```\nafter',
      '<div class="warning"><p><strong>Mind</strong></p><p>text</p><pre><code class="language-sh">ls</code></pre></div><p>after</p>',
    ],
    ['!!! note ""\n    a', '<div class="note"><p>a</p></div>'],
    ["??? bug\n    folded", '<details class="danger"><summary>Bug</summary><p>folded</p></details>'],
    ["???+ tip\n    open", '<details class="tip" open=""><summary>Tip</summary><p>open</p></details>'],
    [
      "::: details Look *here*\n\ntext\n:::\nafter",
      '<details class="note"><summary>Look <em>here</em></summary><p>text</p></details><p>after</p>',
    ],
    [":::details\na\n:::", '<details class="note"><summary>Details</summary><p>a</p></details>'],
    ["!!! nope\n    text", "<p>!!! nopetext</p>"],
    [":::tabs\na\n:::", "<p>:::tabsa:::</p>"],
    ["    !!! note", "<pre><code>!!! note</code></pre>"],
    [
      '=== "One"\n    a\n\n===+ "*Two*"\n    - b\nafter',
      '<div class="tabs"><details class="tab"><summary>One</summary><p>a</p></details><details class="tab" open=""><summary><em>Two</em></summary><ul><li>b</li></ul></details></div><p>after</p>',
    ],
    [
      '=== "Only"\n    === "Within"\n        a',
      '<div class="tabs"><details class="tab" open=""><summary>Only</summary><div class="tabs"><details class="tab" open=""><summary>Within</summary><p>a</p></details></div></details></div>',
    ],
    ["Title\n===", "<h1>Title</h1>"],
    ["=== nothing", "<p>=== nothing</p>"],
    ["a\n$$\nx < y\n$$\nb", '<p>a</p><pre><code class="language-math">x &lt; y</code></pre><p>b</p>'],
    ["- $$\n  x\n  $$", '<ul><li><pre><code class="language-math">x</code></pre></li></ul>'],
    ["$$\nnever closed", "<p>$$never closed</p>"],
    ["kill $$ and $HOME $`x`$.", '<p>kill $$ and $HOME <code class="language-math">x</code>.</p>'],
    ["$`date` and `x`$", "<p>$<code>date</code> and <code>x</code>$</p>"],
    ["Term\n: One\n: *Two*", "<dl><dt>Term</dt><dd>One</dd><dd><em>Two</em></dd></dl>"],
    ["grep ^[a-z] b[^x]", "<p>grep ^[a-z] b[^x]</p>"],
  ])("reads %j", (text, expected) => {
    expect(html(text)).toBe(expected);
  });

  it("puts footnotes at the end, with a way there and back", () => {
    expect(html("a[^n] b[^n]\n\n[^n]: Note *x*")).toBe(
      '<p>a<sup><a href="#footnote-1" id="footnote-mark-1" aria-label="Note 1">1</a></sup> b<sup><a href="#footnote-1" id="footnote-mark-1-2" aria-label="Note 1">1</a></sup></p><div class="footnotes"><hr><ol><li id="footnote-1"><p>Note <em>x</em> <a href="#footnote-mark-1" aria-label="Back to the text">\u21A9\uFE0E</a> <a href="#footnote-mark-1-2" aria-label="Back to the text">\u21A9\uFE0E</a></p></li></ol></div>',
    );
  });

  it("reads a paragraph of nothing but addresses", () => {
    const text = html("http://a.b\n".repeat(2_000));
    expect(text.match(/<a /g)).toHaveLength(2_000);
  });

  it("reads thousands of boxes that are opened and not closed", () => {
    for (const mark of [":::note\n", "!!! note\n", "??? note\n    ", "- :::note\n  "])
      expect(html(mark.repeat(2_000)).length).toBeGreaterThan(0);
  });
});
