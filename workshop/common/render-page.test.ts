import { describe, expect, it } from "vitest";
import type { LabPage } from "./lab.js";
import { pageForTests } from "./page-for-tests.js";
import { pageHighlighter } from "./highlight/highlight-code.js";
import { compileLabPage } from "./render-page.js";

const FENCE = "```";

describe("a page", () => {
  it("puts a numbered place where each action stands", () => {
    const { html, actions } = compile(
      `Run:\n${FENCE}execute-1\nkubectl get ns {{ session_namespace }}\n${FENCE}\n\n- item\n  ${FENCE}execute-2\n  ls\n  ${FENCE}\n`,
    );
    for (const { view } of actions) expect(html).toContain(`<div data-step="${view.step}"></div>`);
    expect(actions.map(({ view }) => [view.kind, view.text, view.terminals])).toEqual([
      ["execute", "kubectl get ns lab-1", ["1"]],
      ["execute", "ls", ["2"]],
    ]);
  });

  it("makes a copy button of the code before {{copy}}", () => {
    const { html, actions } = compile("Type `echo {{ session_namespace }}`{{copy}} now");
    expect(html).toContain(`<code>echo lab-1</code><span data-step="${actions[0]?.view.step}"></span> now`);
    expect(actions[0]?.view).toMatchObject({ kind: "copy", inline: true, text: "echo lab-1" });
  });

  it("shows an unknown variable and says where it is", () => {
    const { html, problems } = compile("one\n\nIn {{ sesion_namespace }} now");
    expect(html).toContain('<mark class="unknown-variable">{{ sesion_namespace }}</mark>');
    expect(problems).toMatchObject([{ rule: "unknown-variable", line: 3 }]);
  });

  it("makes a block with an unknown variable a problem and not a command", () => {
    const { actions } = compile(`${FENCE}execute\nls {{ nope }}\n${FENCE}`);
    expect(actions[0]?.view).toMatchObject({
      kind: "problem",
      problem: expect.stringContaining("{{ nope }}") as string,
    });
  });

  it("reads values neither as HTML nor as Markdown", () => {
    const { html } = compile("*{{ evil }}*", {
      evil: "<img src=x onerror=alert(1)> **b** [a](javascript:x)",
    });
    expect(html).toContain("<em>&lt;img src=x onerror=alert(1)&gt; **b** [a](javascript:x)</em>");
  });

  it("quotes values for the shell where they stand", () => {
    const evil = "a; rm -rf ~ '$(x)\"";
    const { actions } = compile(`${FENCE}execute\necho {{ evil }} "{{ evil }}" '{{ evil }}'\n${FENCE}`, {
      evil,
    });
    expect(actions[0]?.view.text).toBe(
      `echo 'a; rm -rf ~ '\\''$(x)"' "a; rm -rf ~ '\\$(x)\\"" 'a; rm -rf ~ '\\''$(x)"'`,
    );
  });

  it("runs Liquid filters and conditions", () => {
    const { html } = compile(
      "{% if session_namespace == 'lab-1' %}{{ session_namespace | upcase }}{% else %}no{% endif %} {% raw %}{{ x }}{% endraw %}",
    );
    expect(html).toContain("LAB-1 {{ x }}");
  });

  it("fills %name% and << name >> for known names only", () => {
    const { html, actions } = compile(
      `%session_namespace% << session_namespace >> 100%free%\n\n${FENCE}execute\ncat << EOF >> x\nEOF\n${FENCE}`,
    );
    expect(html).toContain("lab-1 lab-1 100%free%");
    expect(actions[0]?.view.text).toBe("cat << EOF >> x\nEOF");
  });

  it("refuses scripts, handlers, styles and steps of the author's own", () => {
    const { html } = compile(
      '<script>x()</script><div onclick="x()" style="position:fixed" data-step="0">hi</div>\n\n<a href="javascript:x()">a</a>',
    );
    expect(html).not.toMatch(/script|onclick|style|data-step/);
  });

  it("reads Markdown inside details", () => {
    const { html, actions } = compile(
      `<details><summary>More</summary>\n\n${FENCE}execute\nls\n${FENCE}\n\n</details>`,
    );
    expect(html.replace(/\s/g, "")).toBe(
      `<details><summary>More</summary><divdata-step="${actions[0]?.view.step}"></div></details>`,
    );
    expect(actions).toHaveLength(1);
  });

  it("tells of a fence that HTML swallows", () => {
    const { actions, problems } = compile(`<p>\n</p>\n${FENCE}execute-all\nclear\n${FENCE}\n`);
    expect(actions).toEqual([]);
    expect(problems).toMatchObject([
      { rule: "swallowed-fence", line: 3, message: expect.stringContaining("execute-all") as string },
    ]);
  });

  it("names an action nobody knows instead of dropping it", () => {
    const { actions, problems } = compile(
      `${FENCE}terminal:explode\nsession: 1\n${FENCE}\n\n${FENCE}terminal:execute\ncomand: ls\n${FENCE}`,
    );
    expect(actions.map(({ view }) => view.kind)).toEqual(["problem", "problem"]);
    expect(problems.map(({ message }) => message).join("\n")).toMatch(/terminal:explode[^]*"comand"/);
  });

  it("says of an action of Educates that it is not supported yet", () => {
    const { problems } = compile(`${FENCE}editor:execute-command\ncommand: a\n${FENCE}`);
    expect(problems).toMatchObject([
      {
        rule: "action",
        message: expect.stringContaining(
          "the action editor:execute-command of Educates is not supported by Lectern yet",
        ) as string,
      },
    ]);
  });

  it("shows what GitHub adds to Markdown: boxes, tasks, struck words", () => {
    const { html, problems } = compile(
      "> [!WARNING]\n> Mind **this**\n\n> [!NOTE]\n>\n> ```execute\n> ls\n> ```\n\n> [!NO] quote\n\n- [ ] open\n- [x] done\n- [y] text\n\n~~old~~\n",
    );
    expect(problems).toEqual([]);
    expect(html).toMatch(
      /<div class="warning">\s*<p><strong>Warning<\/strong><\/p>\s*<p>\s*Mind <strong>this<\/strong><\/p>\s*<\/div>/,
    );
    expect(html).toMatch(/<div class="note">[^]*<div data-step="\w+"><\/div>\s*<\/div>/);
    expect(html).toContain("<blockquote>\n<p>[!NO] quote</p>\n</blockquote>");
    expect(html).toMatch(/<li>\u2610 open<\/li>\s*<li>\u2611 done<\/li>\s*<li>\[y\] text<\/li>/);
    expect(html).toContain("<p><s>old</s></p>");
  });

  it("tells of a word that looks like an action and of a block that is not closed", () => {
    const { problems } = compile(`${FENCE}teminal:execute\nls\n${FENCE}\n\n${FENCE}execute-1\nls\n`);
    expect(problems.map(({ rule, line }) => [rule, line])).toEqual([
      ["action", 1],
      ["unclosed-fence", 5],
    ]);
    expect(compile(`> ${FENCE}yaml\n> a: 1\n> ${FENCE}\n`).problems).toEqual([]);
  });

  it("tells of everything that is wrong with a block", () => {
    const { problems } = compile(`${FENCE}execute-7 exit=x colour=blue\nls {{ nope }}\n${FENCE}`);
    const block = problems.find(({ rule }) => rule === "action")?.message;
    for (const part of ["exit is a status", "colour=", "{{ nope }}", "execute-7"])
      expect(block).toContain(part);
  });

  it("shows signs by their names in running text, and in nothing else", () => {
    const { html } = compile(
      "## :rocket: Go\n\n:tada: `:tada:` :nothing: nginx:key:1 10:100:20 **:warning:**\n\n```\n:x:\n```\n",
    );
    expect(html).toContain('<h2 id="rocket-go">🚀 Go</h2>');
    expect(html).toContain(
      "<p>🎉 <code>:tada:</code> :nothing: nginx:key:1 10:100:20 <strong>⚠️</strong></p>",
    );
    expect(html).toContain(":x:");
    const tags = compile("<kbd>:key:</kbd> and <code>:a: <b>:x:</b></code> :key:").html;
    expect(tags).toContain("<kbd>:key:</kbd> and <code>:a: <b>:x:</b></code> 🔑");
  });

  it("tells of HTML that it takes away, where it stands", () => {
    const { problems } = compile(
      "<div>\n<script>x()</script>\n</div>\n\n<iframe src=x></iframe>\n\na <b onclick=x()>b</b> [c](javascript:x) `<script>`\n",
    );
    expect(problems.map(({ rule, line }) => [rule, line])).toEqual(
      [2, 5, 7, 7].map((line) => ["removed-html", line]),
    );
    expect(compile("a <script>x()</script> b").problems).toMatchObject([
      { message: "The HTML element <script> is not allowed on a page and has been removed" },
    ]);
  });

  it("puts the author's prefix and title on the button", () => {
    const { actions } = compile(
      `${FENCE}terminal:execute\nprefix: Now\ntitle: list it\ncommand: ls {{ session_namespace }}\nsession: 2\n${FENCE}`,
    );
    expect(actions[0]?.view).toMatchObject({ title: "Now: list it", text: "ls lab-1", terminals: ["2"] });
  });

  it("shows a placeholder for a missing picture and the address of a found one", () => {
    const { html } = compile("![A console](./images/a.png) ![](./images/b.png)");
    expect(html).toContain(`<img src="api/sessions/lab-1/files/images/a.png?key=\uE00D" alt="A console"`);
    expect(html).toContain("Picture ./images/b.png is missing");
  });

  it("leads links to other pages there, and tells of those that lead nowhere", () => {
    const { html, problems } = compile("[here](./page.md#part) [gone](other.md) [out](https://example.com)");
    expect(html).toContain('<a href="s/lab-1/page#part">here</a> <a>gone</a>');
    expect(html).toContain('<a href="https://example.com" target="_blank" rel="noopener noreferrer">out</a>');
    expect(problems).toMatchObject([{ rule: "missing-page", line: 1 }]);
  });

  it("gives headings the ids that links to them use", () => {
    expect(compile("## What *you* need\n").html).toContain('<h2 id="what-you-need">');
  });

  it("gives equal headings, and headings in any script, ids of their own", () => {
    const { html } = compile("## Try it\n\n## Try it\n\n## Try it 1\n\n## 日本\n\n## 日本\n\n## !!\n");
    const ids = [...html.matchAll(/<h2 id="([^"]+)"/g)].map(([, id]) => id);
    expect(ids).toEqual(["try-it", "try-it-1", "try-it-1-1", "日本", "日本-1"]);
  });

  it("aligns table cells without inline styles", () => {
    const { html } = compile("| a |\n|--:|\n| 1 |");
    expect(html).toContain('<td align="right">1</td>');
    expect(html).not.toContain("style");
  });

  it("shows the terminal that a command of nothing names, and refuses a fence without a command", () => {
    const page = compile('```terminal:execute\ncommand: ""\nsession: 2\n```\n\n```execute\n```\n');
    expect(page.actions.map(({ view }) => [view.kind, view.terminals])).toEqual([
      ["terminal-select", ["2"]],
      ["problem", []],
    ]);
  });

  it("reads expectations from the info string", () => {
    const { actions } = compile(
      `${FENCE}execute exit=nonzero match=/denied by/ until="pod -l app=x absent" timeout=5s skip=ci\nls\n${FENCE}`,
    );
    expect(actions[0]?.expectation).toEqual({
      exit: "nonzero",
      match: "denied by",
      until: ["pod -l app=x absent"],
      timeoutMs: 5000,
      skip: ["ci"],
      manual: false,
    });
    expect(actions[0]?.view.expectsFailure).toBe(true);
  });

  it("gives a command the time that it says itself, unless the author says another", () => {
    expect([timeOf(""), timeOf("timeout=30s"), timeOf("timeout=5s")]).toEqual([70_000, 30_000, 5_000]);
  });

  it("makes a problem of a check that names an unknown variable", () => {
    const check = {
      exit: 0,
      until: ["deployment/{{ nope }} exists"],
      timeoutMs: 1,
      skip: [],
      manual: false,
    } as const;
    const { actions } = compile(
      `${FENCE}execute\nls\n${FENCE}`,
      {},
      { 0: { ...check, until: [...check.until], skip: [] } },
    );
    expect(actions[0]?.view.problem).toMatch(/its check cannot be read.*nope/);
  });

  it("shows code in colours with its values as they are, and whatever it says about itself as text", () => {
    const { html } = compile(
      `${FENCE}yaml\nname: "{{ evil }}"\n# <b>\n${FENCE}\n\n${FENCE}text\nname: x\n${FENCE}\n\n<span class="tok-string">y</span>`,
      { evil: '</code><img src=x onerror="x()">' },
    );
    expect(html).toContain(
      '<code class="language-yaml"><span class="tok-name">name</span>: <span class="tok-string">&quot;&lt;/code&gt;&lt;img src=x onerror=&quot;</span>',
    );
    expect(html).toContain('<span class="tok-comment"># &lt;b&gt;</span>');
    expect(html).toContain('<code class="language-text">name: x\n</code>');
    expect(html).toContain("<span>y</span>");
  });

  it("tells the pieces of commands and of what goes into files", () => {
    const { actions } = compile(
      `${FENCE}execute\nls $HOME\n${FENCE}\n\n${FENCE}editor:create-file\nfile: ~/a.yaml\ntext: "a: 1"\n${FENCE}\n\n${FENCE}copy\nls\n${FENCE}`,
    );
    expect(actions.map(({ view }) => view.pieces)).toEqual([
      [{ text: "ls", style: "keyword" }, { text: " " }, { text: "$HOME", style: "literal" }],
      [{ text: "a", style: "name" }, { text: ": " }, { text: "1", style: "literal" }],
      undefined,
    ]);
  });
});

function compile(
  source: string,
  variables: Record<string, string> = {},
  expectations: LabPage["checks"]["expectations"] = {},
) {
  const page = pageForTests(source, {
    pictures: { "./images/a.png": "images/a.png", "./images/b.png": null },
    checks: { expectations, standIns: [] },
  });
  const given = { session_name: "lab-1", session_namespace: "lab-1", ...variables };
  return compileLabPage({ layout: "split", ingresses: [], pages: [page] }, page, given, pageHighlighter());
}

function timeOf(info: string): number | undefined {
  return compile(`${FENCE}execute ${info}\nsleep 60\n${FENCE}`).actions[0]?.expectation.timeoutMs;
}
