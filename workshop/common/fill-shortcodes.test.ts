import { describe, expect, it } from "vitest";
import { compilePage } from "./compile-page.js";
import { fillShortcodes } from "./fill-shortcodes.js";
import type { LabPage } from "./lab.js";

const VARIABLES = { name: "lab-1", session_namespace: "s1", pathway_name: "fast" };

/** The text with its values, and what is said about it. */
function fill(source: string) {
  const { text, lines, fillings, problems } = fillShortcodes(source, VARIABLES);
  const missing = fillings
    .within(text)
    .flatMap(({ filling }) => (filling.kind === "missing" ? [filling.message] : []));
  return { text: fillings.plain(text), lines, problems, missing };
}

/** The page as a browser gets it. */
function compiled(source: string) {
  const page: LabPage = {
    name: "a",
    title: "A",
    file: "workshop/content/a.md",
    source,
    firstLine: 5,
    templates: "hugo",
    problems: [],
    steps: [],
    terminals: [],
    blocks: [],
    pictures: {},
    checks: { expectations: {}, standIns: [] },
  };
  return compilePage(page, VARIABLES, {
    picture: (src) => ({ src: `p/${src}` }),
    page: () => "x",
    application: () => undefined,
    slides: () => undefined,
  });
}

describe("shortcodes", () => {
  it.each([
    ["{{< param name >}} {{% param name %}} {{<param name>}}", "lab-1 lab-1 lab-1"],
    ['{{< param "name" >}} {{< param `name` >}}', "lab-1 lab-1"],
    ["{{</* param name */>}} {{%/* note */%}}", "{{< param name >}} {{% note %}}"],
    ["{{range .items}}{{.kind}}{{end}} {{ $x := 1 }}", "{{range .items}}{{.kind}}{{end}} {{ $x := 1 }}"],
    ['{{< pathway "fast" >}}a{{< /pathway >}}{{< pathway "slow" >}}b {{< param x >}}{{< /pathway >}}c', "ac"],
    ['[a]({{< ref "02-next.md#x" >}})', "[a](02-next.md#x)"],
    ["![a]({{< baseurl >}}/images/a.png)", "![a](/images/a.png)"],
  ])("%s comes to %s", (source, text) => {
    expect(fill(source)).toMatchObject({ text, problems: [], missing: [] });
  });

  it("of a value that does not exist say so, and keep what was written", () => {
    expect(fill("{{< param nope >}}")).toMatchObject({
      text: "{{< param nope >}}",
      missing: ["{{< param nope >}} is not a variable of this lab"],
    });
  });

  it.each([
    ["a\n{{< note >}}\nb", "error", 2, "The shortcode note is not closed"],
    ["a\nb {{< /note >}}", "error", 2, "{{< /note >}} closes a shortcode that was not opened"],
    ["a\n\n{{< param name\nb", "error", 3, "{{< is not closed by >}}"],
    ["{{% note >}}", "error", 1, "{{% is not closed by %}}"],
    ["\n{{< mermaid >}}x{{< /mermaid >}}", "warning", 2, "what it encloses is shown without it"],
    ["\n{{< youtube abc >}}", "warning", 2, "it stays as it is written"],
    ["\n\n{{ session_namespace }} {{ other }}", "warning", 3, "{{ session_namespace }} is no shortcode"],
  ])("%j: %s on line %i", (source, severity, line, message) => {
    expect(fill(source).problems).toMatchObject([
      { severity, line, message: expect.stringContaining(message) as string },
    ]);
  });

  it("make boxes with their titles and Markdown inside, also within an item of a list", () => {
    const { html, problems } = compiled(
      '{{< note title="Mind <b>" >}}\nHello **{{< param name >}}**\n{{< /note >}}\n\n1. one\n   {{% warning %}}two `x`{{% /warning %}}\n2. three\n',
    );
    expect(problems).toEqual([]);
    expect(html).toMatch(
      /<div class="note">\s*<p><strong>Mind &lt;b&gt;<\/strong><\/p>\s*<p>Hello <strong>lab-1<\/strong><\/p>\s*<\/div>/,
    );
    expect(html.match(/<ol>/g)).toHaveLength(1);
    expect(html).toMatch(/<div class="warning">[^]*two <code>x<\/code>[^]*<\/div>[^]*three/);
  });

  it.each([
    ["a fence", "```execute\nls\n```"],
    ["code of its own", "{{< highlight sh >}}\nls\n{{< /highlight >}}\n\n```execute\nls\n```"],
    ["text", "*text*\n\n```execute\nls\n```"],
    ["a box", "{{< note >}}\n```execute\nls\n```\n{{< /note >}}"],
  ])("make blocks of HTML that end before what follows: %s", (_what, after) => {
    for (const before of [
      '{{< figure src="a.png" alt="A" >}}',
      "{{< note >}}a{{< /note >}}",
      '{{< details "b" >}}{{< figure src="a.png" alt="A" >}}{{< /details >}}',
      "{{< highlight sh >}}ls{{< /highlight >}}",
    ])
      for (const indent of ["", "> ", "- one\n- "]) {
        const rest = indent.startsWith("-") ? "  " : indent;
        const page = `${indent}${before}\n${after}`.replaceAll(/\n(?=[^-])/g, `\n${rest}`);
        const { html, actions, problems } = compiled(page.replace("- one\n  -", "- one\n-"));
        expect(problems, page).toEqual([]);
        expect(actions.map(({ view }) => view.text)).toEqual(["ls"]);
        expect(html).not.toMatch(/[`*]|&gt;|\{\{/);
      }
  });

  it("make code without lines of its own, whatever back-ticks are in it", () => {
    const { html, problems } = compiled(
      "<div>\n{{< highlight md >}}\n```sh\nls\n```\n{{< /highlight >}}\n</div>\n",
    );
    expect(problems).toEqual([]);
    expect(html).toContain('<code class="language-md">```sh\nls\n```\n</code>');
  });

  it("make a picture of a figure within a sentence or a cell", () => {
    const { html } = compiled('| a |\n|---|\n| {{< figure src="a.png" alt="A" >}} |\n');
    expect(html).toMatch(/<td><figure><img src="p\/a\.png" alt="A"[^>]*><\/figure><\/td>/);
  });

  it("are filled in blocks, behind code, and quoted in commands", () => {
    const { actions, problems } = compiled(
      "```terminal:execute\ncommand: echo {{< param name >}} -o go-template='{{range .items}}{{end}}'\n```\n\n`abc`{{< copy >}}\n",
    );
    expect(problems).toEqual([]);
    expect(actions.map(({ view }) => view.text)).toEqual([
      "echo lab-1 -o go-template='{{range .items}}{{end}}'",
      "abc",
    ]);
  });

  it("leave every line of the page where it is told to be", () => {
    const { problems } = compiled(
      '{{< note >}}one{{< /note >}}\n\n{{< details "More" >}}\n\ntwo\n\n{{< /details >}}\n\n```execute\n\n```\n\n![A picture](https://example.org/a.png)\n',
    );
    expect(problems.map(({ line }) => line)).toEqual([5 + 8, 5 + 12]);
  });

  it("take time that grows with the page only, whatever it holds", () => {
    const many = [
      "{{<".repeat(80_000),
      "{{< note >}}".repeat(20_000),
      "{{< /note >}}".repeat(19_000),
      "{{< a >}}".repeat(14_000) + "{{< /b >}}".repeat(12_000),
      '{{< a "'.repeat(30_000),
    ];
    for (const source of many) expect(fillShortcodes(source, VARIABLES).problems).not.toEqual([]);
  });
});
