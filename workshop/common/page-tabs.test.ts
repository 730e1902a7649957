import { describe, expect, it } from "vitest";
import { compileForTests, pageForTests } from "./page-for-tests.js";
import { compileLabPage } from "./render-page.js";

function tabs(html: string): string {
  return html
    .replaceAll(/\n+/g, "")
    .replaceAll(/<details class="tab"( open)?><summary>/g, (_all, open) => (open ? "[*" : "["));
}

function hugo(source: string) {
  const page = pageForTests(source, { templates: "hugo" });
  return compileLabPage({ layout: "split", ingresses: [], pages: [page] }, page, { session_name: "s" });
}

describe("tabs of Docusaurus", () => {
  it("are tabs, by their labels, with blocks and the text around as it is", () => {
    const source = [
      "import Tabs from '@theme/Tabs';",
      'import TabItem from "@theme/TabItem";',
      "",
      "before",
      "",
      '<Tabs groupId="os">',
      '<TabItem value="mac" label="macOS *11*">',
      "",
      "On a **mac**.",
      "",
      "```execute-1",
      "uname",
      "```",
      "",
      "</TabItem>",
      '  <TabItem value="linux" default>',
      "    Indented.",
      "",
      "    - item",
      "  </TabItem>",
      "</Tabs>",
      "after",
    ].join("\n");
    const { html, actions, problems } = compileForTests(source);
    expect(tabs(html)).toBe(
      `<p>before</p><div class="tabs">[macOS <em>11</em></summary><p>On a <strong>mac</strong>.</p>` +
        `<div data-step="${actions[0]?.view.step ?? ""}"></div></details>` +
        "[*linux</summary><p>Indented.</p><ul><li>item</li></ul></details></div><p>after</p>",
    );
    expect(actions.map(({ line }) => line)).toEqual([11]);
    expect(problems).toEqual([]);
  });

  it("take titles and the first one from the set, over several lines, and stand within each other", () => {
    const source = [
      "<Tabs",
      '  defaultValue="b"',
      "  values={[",
      "    {label: 'Apple', value: 'a'},",
      '    {label: "Beet", value: "b"},',
      "  ]}>",
      '<TabItem value="a">one</TabItem>',
      '<TabItem value="a">',
      "one",
      "</TabItem>",
      '<TabItem value="b">',
      "<Tabs>",
      '<TabItem value="x">',
      "inner",
      "</TabItem>",
      "</Tabs>",
      "</TabItem>",
      "</Tabs>",
    ];
    const { html } = compileForTests(source.toSpliced(6, 1).join("\n"));
    expect(tabs(html)).toBe(
      '<div class="tabs">[Apple</summary><p>one</p></details>' +
        '[*Beet</summary><div class="tabs">[*x</summary><p>inner</p></details></div></details></div>',
    );
  });

  it.each(["<Tabs>\n<TabItem value='a'>\nnever closed\n", "<Tabs>\n\n</Tabs>", "<TabsOfMine>\n"])(
    "are shown as they are written where they are none: %j",
    (source) => {
      expect(compileForTests(source).html).not.toContain('class="tabs"');
    },
  );

  it("take time that grows with their number, however they are nested", () => {
    const deep = '<Tabs>\n<TabItem value="a">\n'.repeat(8_000);
    expect(compileForTests(deep).html).not.toContain('class="tabs"');
  });
});

describe("tabs of Hugo's themes", () => {
  it("are tabs, by the title each or the set gives", () => {
    const source = [
      '{{< tabs "os" >}}',
      '{{< tab "macOS" >}}',
      "On a **mac**.",
      "```execute-1",
      "uname",
      "```",
      "{{< /tab >}}",
      '{{% tab name="Linux" %}}',
      "- item",
      "{{% /tab %}}",
      "{{< /tabs >}}",
      '{{< tabs items="One, Two" >}}{{< tab >}}1{{< /tab >}}{{< tab >}}2{{< /tab >}}{{< /tabs >}}',
    ].join("\n");
    const { html, actions, problems } = hugo(source);
    expect(tabs(html)).toBe(
      `<div class="tabs">[*macOS</summary><p>On a <strong>mac</strong>.</p><div data-step="${actions[0]?.view.step ?? ""}"></div></details>` +
        "[Linux</summary><ul><li>item</li></ul></details></div>" +
        '<div class="tabs">[*One</summary><p>1</p></details>[Two</summary><p>2</p></details></div>',
    );
    expect(actions.map(({ line }) => line)).toEqual([4]);
    expect(problems).toEqual([]);
  });

  it("hold code in a pane of Docsy, unless it says that it is text", () => {
    const source = [
      '{{< tabpane lang="sh" >}}',
      '{{< tab header="Shell" >}}',
      "echo *a*",
      "{{< /tab >}}",
      '{{< tab header="Go" lang="go" >}}',
      'fmt.Println("<b>")',
      "{{< /tab >}}",
      '{{% tab header="Text" %}}',
      "*words*",
      "{{% /tab %}}",
      "{{< /tabpane >}}",
    ].join("\n");
    const { html, problems } = hugo(source);
    expect(tabs(html)).toBe(
      '<div class="tabs">[*Shell</summary><pre><code class="language-sh">echo *a*</code></pre></details>' +
        '[Go</summary><pre><code class="language-go">fmt.Println("&lt;b&gt;")</code></pre></details>' +
        "[Text</summary><p><em>words</em></p></details></div>",
    );
    expect(problems).toEqual([]);
    expect(html).toContain('<pre><code class="language-sh">echo *a*\n</code></pre>');
    expect(hugo("{{< tabpane >}}{{< tab >}}a{{< /tab >}}{{< /tabpane >}}").html).toContain(
      "<code>a\n</code>",
    );
  });

  it("are named where they are not closed, or of no set", () => {
    expect(hugo("{{< tabs >}}\n{{< tab >}}\na\n{{< /tab >}}\n").problems).toMatchObject([
      { line: 1, severity: "error", message: "The shortcode tabs is not closed" },
      { line: 2, severity: "warning" },
    ]);
    expect(hugo("{{< tab >}}a{{< /tab >}}\n").problems).toMatchObject([
      { line: 1, severity: "warning", message: expect.stringContaining("tab") as string },
    ]);
  });
});
