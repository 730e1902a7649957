import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { loadLab } from "../load-lab.js";
import { writeFiles } from "../write-files-for-tests.js";
import { readPageOfAsciidoc } from "./asciidoc-lab-for-tests.js";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "lectern-adoc-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

const read = (page: string, files?: Record<string, string>) => readPageOfAsciidoc(folder, page, files);

describe("a page of AsciiDoc", () => {
  it("has its title, and looks as it is written", async () => {
    const { title, html, problems } = await read(`= The _page_

Some *bold* text, \`code\` and kbd:[Ctrl].

== A part

[NOTE]
.Mind
====
A box.
====

. one
. two
+
more of two

* [x] done

term:: what it means.footnote:[Or nearly.]

|===
|A |B

|1 >|2
|===

.Folded
[%collapsible]
====
Inside.
====

[quote,Ada]
Words.
`);
    expect(title).toBe("The page");
    expect(html).toContain("<p>Some <strong>bold</strong> text, <code>code</code> and <kbd>Ctrl</kbd>.</p>");
    expect(html).toContain('<h2 id="_a_part">A part</h2>');
    expect(html).toContain('<div class="note">\n<p><strong>Mind</strong></p>\n<p>A box.</p>\n</div>');
    expect(html).toMatch(/<ol>\n<li>\n<p>one<\/p>\n<\/li>\n<li>\n<p>two<\/p>\n<p>more of two<\/p>/);
    expect(html).toContain("\u2611 done");
    expect(html).toContain("<dt>term</dt>");
    expect(html).toContain('<li id="_footnotedef_1">Or nearly. ');
    expect(html).toMatch(/<th>\nA\n<\/th>[^]*<td align="right">\n2\n<\/td>/);
    expect(html).toContain("<details>\n<summary>Folded</summary>\n<p>Inside.</p>\n</details>");
    expect(html).toContain("<blockquote>\n<p>Words.</p>\n<p>\u2014 Ada</p>\n</blockquote>");
    expect(problems).toEqual([]);
  });

  it("has the blocks that roles name, in lists and boxes too, each with its line and what it is to come to", async () => {
    const { actions, html, problems } = await read(`= Blocks

[source,bash,role=execute-1,exit=1,until="configmap/web absent"]
----
kubectl get pods -n {session_namespace}

kubectl get cm {{ session_namespace }} # <1>
----
<1> The map.

* first
+
[source,bash,subs=attributes,role=execute-2]
----
echo {session_name}
----

[WARNING]
====
[.execute-3]
....
date
....
====

[source,yaml,role="terminal:execute"]
----
command: echo "{{ fruit }}"
session: 2
----

[source,go]
----
fmt.Println("hi") // <.>
----
`);
    expect(problems).toEqual([]);
    expect(actions.map(({ action, line, text }) => [action, line, text])).toEqual([
      ["execute-1", 4, "kubectl get pods -n {session_namespace}\n\nkubectl get cm sample"],
      ["execute-2", 14, "echo sample"],
      ["execute-3", 21, "date"],
      ["terminal:execute", 27, 'echo "apple & pear"'],
    ]);
    expect(actions[0]?.expectation).toMatchObject({ exit: 1, until: ["configmap/web absent"] });
    expect(html).toContain("<ol>\n<li>\n<p>The map.</p>");
    expect(html).toMatch(/language-go[^]*\(1\)/);
  });

  it("shows values of the session and the lab, by either kind of braces, and buttons that copy", async () => {
    const { html, actions, problems } = await read(
      "= Values\n\n{session_namespace} {fruit} {{ fruit }} `{{ session_name }}`\n\nCopy `a *b* <c>`{{copy}} (*now*).\n\n" +
        "{% if fruit %}\n\nshown\n\n{% else %}\n\nhidden\n\n{% endif %}\n\n{nothing} `{{range .items}}`\n\n`${NODE}` {serviceName} `${serviceName}`\n",
    );
    expect(html).toContain("<p>sample apple &amp; pear apple &amp; pear <code>sample</code></p>");
    expect(html).toMatch(
      /<p>Copy <code>a <\/?b|<p>Copy <code>a b &lt;c&gt;<\/code>.*\(<strong>now<\/strong>\)\.<\/p>/,
    );
    expect(html).toContain("<p>shown</p>");
    expect(html).not.toContain("hidden");
    expect(html).toContain("{nothing} <code>{{range .items}}</code>");
    expect(actions).toMatchObject([{ action: "copy", text: "a b <c>", inline: true, line: 5 }]);
    expect(problems).toEqual([
      "17 warning asciidoc: {nothing} is no variable of this lab, and is shown as it is written",
      "19 warning asciidoc: {serviceName} is no variable of this lab, and is shown as it is written",
    ]);
  });

  it.each([
    ["capitals that grow where they are made small", "\u0130\u0130\u0130\n\n{Wrong}\n", ["5 {Wrong}"]],
    ["a name that grows where it is made small", "{\u0130x}\n", ["3 {\u0130x}"]],
    ["an escaped place before", "\\{wrong}\n\n`${wrong}`\n\n{wrong}\n", ["7 {wrong}"]],
    ["an escaped place alone beside the shell's", "\\{wrong}\n\n`${wrong}`\n", []],
    [
      "more names of the shell than problems are told",
      `${Array.from({ length: 150 }, (_, at) => `\`\${A${at}}\``).join("\n")}\n\n{wrong}\n`,
      ["154 {wrong}"],
    ],
  ])("tells where a name stands that is none, with %s", async (_where, text, told) => {
    const { problems } = await read(`= Names\n\n${text}`);
    expect(
      problems.map((one) => one.replace(/^(\d+) warning asciidoc: (\{.*\}) is no variable.*/, "$1 $2")),
    ).toEqual(told);
  });

  it("has typography beside a button that copies, in titles and in code", async () => {
    const { title, html } = await read("= Don't -- `it's`...\n\nDon't (C) `a`{{copy}} `it's &#35;`.\n");
    expect(title).toBe("Don\u2019t\u2009\u2014\u2009it\u2019s\u2026\u200b");
    expect(html).toContain("Don\u2019t \u00a9");
    expect(html).toContain("<code>it\u2019s #</code>");
    expect(html).not.toContain("&amp;");
  });

  it("has blocks whose words hold blanks, slashes, quotes and back-ticks", async () => {
    const { actions, problems } = await read(`= Words

[source,role=execute-1,match="hello world",fail="Type \`date\` first",hint="Not \`~~~\`"]
----
cat <<~~~
~~~
----

[source,role=execute-2,match=/a b/]
----
true
----

[source,role=execute-3,match=/var/log]
----
true
----
`);
    expect(problems).toEqual([]);
    expect(actions).toMatchObject([
      {
        action: "execute-1",
        line: 4,
        text: "cat <<~~~\n~~~",
        expectation: { match: "hello world", fail: "Type `date` first", hint: "Not `~~~`" },
      },
      { action: "execute-2", expectation: { match: "a b" } },
      { action: "execute-3", expectation: { match: "/var/log" } },
    ]);
  });

  it("runs code without the numbers behind it, however many, and with those that are text", async () => {
    const { actions, html } = await read(`= Numbers

[source,role=execute-1]
----
kubectl get pods <1> <2>
kubectl get nodes # <.> <.>
  sort \\<1>
cat <3> \\<4>
seq 3
plain  text
----

[source,go]
----
a() // <.> <.>
b()  <.>
----
`);
    expect(actions[0]?.text).toBe(
      "kubectl get pods\nkubectl get nodes\n  sort <1>\ncat <4>\nseq 3\nplain  text",
    );
    const code = html.replaceAll(/<[^<>]*>/g, "");
    expect(code).toContain("a() (1) (2)\nb() (3)");
  });

  it("is linted as a page of Markdown: pictures, links, anchors, HTML, actions, each by its line", async () => {
    const { html, problems } = await read(
      `= Lint

image::images/there.png[A picture]

image::gone.png[Another]

image::images/there.png[]

link:next.adoc[Next] xref:next.adoc#_far[Far] <<lost>> link:none.adoc[None]

+++<script>alert(1)</script><b onclick="x()">raw</b>+++

[source,role=execute]
----
kubectl get nodes
----

[source,role="terminal:execut"]
----
command: x
----
`,
      { "pages/next.adoc": "= Next\n\n== Far\n", "pages/images/there.png": "" },
    );
    expect(html).not.toMatch(/script|onclick/);
    expect(problems).toEqual([
      "9 error missing-page: The link #lost leads to no heading of the page",
      "9 error missing-page: The link none.adoc leads to no page of the lab",
      expect.stringMatching(/^19 error action: The block `terminal:execut` cannot be used/) as string,
      expect.stringMatching(/^5 warning missing-picture: The picture gone\.png was found neither/) as string,
      "7 warning picture-text: The picture images/there.png has no text for whoever does not see it",
      "11 warning removed-html: The HTML element <script> is not allowed on a page and has been removed",
      "11 warning removed-html: The HTML attribute onclick is not allowed on a page and has been removed",
      expect.stringMatching(/^14 warning beyond-namespace: /) as string,
    ]);
  });
});

describe("what a page includes", () => {
  it("is of the lab's folder, in whole, by lines and by tags", async () => {
    const { html, actions, problems } = await read(
      "= Parts\n\ninclude::../parts/whole.adoc[]\n\n[source,bash,role=execute]\n----\ninclude::../parts/run.sh[tag=run]\n----\n\n" +
        "[source,bash]\n----\ninclude::../parts/run.sh[lines=1]\n----\n",
      {
        "parts/whole.adoc": "Included.\n\ninclude::deeper/more.adoc[]\n",
        "parts/deeper/more.adoc": "Deeper.\n",
        "parts/run.sh": "# first\n# tag::run[]\necho run\n# end::run[]\necho not\n",
      },
    );
    expect(html).toContain("<p>Included.</p>\n<p>Deeper.</p>");
    expect(html).toContain("# first");
    expect(actions).toMatchObject([{ action: "execute", text: "echo run", line: 7 }]);
    expect(problems).toEqual([]);
  });

  it("is nothing from elsewhere, by no path and no link, and ends where it goes round in circles", async () => {
    const outside = mkdtempSync(join(tmpdir(), "lectern-outside-"));
    writeFileSync(join(outside, "secret"), "SECRET\n");
    await writeFiles(folder, { "pages/a.md": "", "parts/round.adoc": "Round.\n\ninclude::round.adoc[]\n" });
    symlinkSync(join(outside, "secret"), join(folder, "pages/link"));
    symlinkSync("/dev/zero", join(folder, "pages/zero"));
    const { html, problems } = await read(
      `= In\n\ninclude::${outside}/secret[]\n\ninclude::../../${outside.split("/").at(-1)}/secret[]\n\ninclude::link[]\n\ninclude::zero[]\n\n` +
        "include::https://example.com/a.adoc[]\n\ninclude::gone.adoc[]\n\ninclude::gone.adoc[opts=optional]\n\ninclude::../parts/round.adoc[]\n",
    );
    rmSync(outside, { recursive: true });
    expect(html).not.toContain("SECRET");
    const found = problems.filter((problem) => problem.includes("is not included"));
    expect(found.map((problem) => problem.replace(/: The file .* is not included: /, ": "))).toEqual([
      "3 error asciidoc: there is no such file in the lab",
      "5 error asciidoc: it lies outside of the lab",
      "7 error asciidoc: it lies outside of the lab",
      "9 error asciidoc: it lies outside of the lab",
      "11 error asciidoc: there is no such file in the lab",
      "13 error asciidoc: there is no such file in the lab",
      "17 error asciidoc: a page includes at most 100 files",
    ]);
  });
});

describe("what a page includes of a folder that holds more than labs", () => {
  const KEY = "SECRET\n";

  it("is nothing whose name or folder begins with a dot, by no link either", async () => {
    await writeFiles(folder, { ".env": KEY, ".ssh/id.adoc": KEY, "pages/a.adoc": "= A\n" });
    symlinkSync(join(folder, ".ssh/id.adoc"), join(folder, "pages/link.adoc"));
    const { html, problems } = await read(
      "= In\n\ninclude::../.env[]\n\ninclude::../.ssh/id.adoc[]\n\ninclude::link.adoc[]\n",
    );
    expect(html).not.toContain("SECRET");
    const why = "is not included: what has a name that begins with a dot is not read";
    expect(problems.filter((problem) => problem.includes(why))).toHaveLength(3);
  });

  it("is AsciiDoc beside it alone where the page is a lab by itself", async () => {
    await writeFiles(folder, {
      "alone.adoc":
        "= Alone\n\ninclude::part.adoc[]\n\ninclude::notes.txt[]\n\ninclude::deep/part.adoc[]\n\ninclude::link.adoc[]\n",
      "part.adoc": "A part.\n",
      "notes.txt": KEY,
      "deep/part.adoc": KEY,
    });
    symlinkSync(join(folder, "notes.txt"), join(folder, "link.adoc"));
    const lab = await loadLab(join(folder, "alone.adoc"));
    expect(lab.pages[0]?.source).toContain("A part.");
    expect(lab.pages[0]?.source).not.toContain("SECRET");
    const found = lab.problems.filter(({ message }) => message.includes("a page that is a lab by itself"));
    expect(found.map(({ line }) => line)).toEqual([5, 7, 9]);
  });
});

it("can be a lab by itself", async () => {
  writeFileSync(join(folder, "alone.adoc"), "= Alone\n\n[source,role=execute-2]\n----\ntrue\n----\n");
  const lab = await loadLab(join(folder, "alone.adoc"));
  expect(lab).toMatchObject({ name: "alone", title: "Alone", layout: "split" });
  expect(lab.pages[0]?.blocks).toEqual([{ action: "execute-2", line: 4 }]);
});

it("is the Markdown of that name where both are there, which is told", async () => {
  const { lab, problems } = await read("= Asciidoc\n", { "pages/page.md": "# Markdown\n" });
  expect(lab.pages.map(({ name, title }) => [name, title])).toEqual([["page", "Markdown"]]);
  expect(problems).toEqual([
    "1 warning page-twice: The page is not shown: pages/page.md has its name, and is shown",
  ]);
});
