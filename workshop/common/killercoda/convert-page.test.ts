import { describe, expect, it } from "vitest";
import { convertPage } from "./convert-page.js";

function converted(...lines: string[]): string {
  return convertPage(lines.join("\n")).text;
}

function address(port: number): string {
  return `{{ ingress_protocol }}://port-${String(port)}-{{ session_name }}.{{ ingress_domain }}{{ ingress_port_suffix }}`;
}

describe("a page of Killercoda", () => {
  it("has its marked fences as blocks, and others as they are", () => {
    expect(converted("```plain", "kubectl get nodes", "```{{exec}}", "```yaml", "a: 1", "```")).toBe(
      "```execute-1\nkubectl get nodes\n```\n\n```yaml\na: 1\n```",
    );
    expect(converted("~~~", "cat it", "~~~{{copy}} and go on")).toBe("~~~copy\ncat it\n~~~\n\nand go on");
    expect(converted("```", "top", "```{{execute T2}}")).toBe("```execute-2\ntop\n```");
    expect(converted("<br>", "```", "ls", "```{{exec}}")).toBe("<br>\n\n```execute-1\nls\n```");
  });

  it("ends what never ends by itself: before the next command of its terminal, or with the page", () => {
    const stop = "```terminal:interrupt\nsession: 1\n```";
    const watch = "kubectl get pods -o wide -w";
    const { text, problems } = convertPage([fence(watch), "", "Press Ctrl+C.", "", fence("ls")].join("\n"));
    expect(text).toBe(
      `\`\`\`execute-1\n${watch}\n\`\`\`\n\nPress Ctrl+C.\n\n${stop}\n\n\`\`\`execute-1\nls\n\`\`\``,
    );
    expect(problems).toMatchObject([{ line: 1, fidelity: "approximated", action: "exec" }]);
    expect(convertPage(fence("tail -f log")).text.trimEnd()).toMatch(
      /log\n```\n\n```terminal:interrupt\nsession: 1\n```$/,
    );
    const once = convertPage([fence(watch), fence("ls", "{{exec interrupt}}")].join("\n\n")).text;
    expect(once.split("terminal:interrupt")).toHaveLength(2);
    const inline = convertPage(`Run \`${watch}\`{{exec}} and \`ls\`{{exec}}`).text;
    expect(inline).toContain(`${watch}\n\`\`\`\n\n\n${stop}\n\n\n\`\`\`execute-1\nls`);
    for (const command of [
      `${watch} &`,
      "kubectl get pods -w | head -3",
      "kubectl wait pod/x",
      "kubectl apply -f x",
    ])
      expect(convertPage(fence(command)).text).not.toContain("interrupt");
  });

  it.each([
    ["another terminal needs it", ["1 kubectl proxy", "2 curl localhost:8001"], "1 2 stop"],
    ["its own terminal is next", ["1 kubectl proxy", "1 ls"], "1 stop 1"],
    [
      "its own comes after others",
      ["1 kubectl port-forward svc/a 80", "2 curl a", "2 ls", "1 ls"],
      "1 2 2 stop 1",
    ],
    ["two terminals go on", ["1 kubectl logs -f a", "2 kubectl proxy", "1 ls"], "1 2 stop 1 stop"],
    ["it ends by itself", ["1 kubectl get pods", "2 ls", "1 ls"], "1 2 1"],
  ])("lets a command stay up as long as the page needs it, where %s", (_where, commands, order) => {
    const source = commands
      .map((one) => fence(one.slice(2), `{{execute T${one.charAt(0)}}}`))
      .join("\n\nText.\n\n");
    const blocks = [...convertPage(source).text.matchAll(/^```(?:execute-(\d)|terminal:(interrupt))/gm)];
    expect(blocks.map(([, terminal]) => terminal ?? "stop").join(" ")).toBe(order);
  });

  it("interrupts what runs by a block before, and says so with the line of the fence", () => {
    const { text, problems } = convertPage("Stop it:\n\n```\nls\n```{{exec interrupt}}");
    expect(text).toBe("Stop it:\n\n```terminal:interrupt\nsession: 1\n```\n\n```execute-1\nls\n```");
    expect(problems).toMatchObject([{ line: 3, fidelity: "approximated", action: "exec" }]);
  });

  it("has commands of a sentence as blocks below it, as deep as their item of a list", () => {
    const page = [
      "Run `a`{{exec}} or ``b `c` ``{{execute}}",
      "today.",
      "",
      "- one `d`{{exec}}",
      "- two `e`{{copy}}",
    ];
    expect(converted(...page)).toBe(
      [
        "Run `a` or ``b `c` ``",
        "today.",
        "",
        "```execute-1\na\n```",
        "",
        "",
        "```execute-1\nb `c`\n```",
        "",
        "",
        "- one `d`",
        "",
        "  ```execute-1\n  d\n  ```",
        "",
        "- two `e`{{copy}}",
      ].join("\n"),
    );
  });

  it("leads to ports of the session, and shows all other braces as they are written", () => {
    const { text, ports } = convertPage(
      "[app]({{TRAFFIC_HOST1_8080}}/x) https://[[HOST_SUBDOMAIN]]-80-[[KATACODA_HOST]].environments.katacoda.com {{ .Values.a }} {% if %}",
    );
    expect(text).toBe(
      `[app](${address(8080)}/x) ${address(80)} {% raw %}{{ .Values.a }}{% endraw %} {% raw %}{% if %}{% endraw %}`,
    );
    expect([...ports]).toEqual([8080, 80]);
  });

  it.each(["[[HOST_SUBDOMAIN]]-81-[[KATACODA_HOST]].[[KATACODA_DOMAIN]]", "[[UUID_SUBDOMAIN]]-81-[[HOST]]"])(
    "leads to a port by %s as well",
    (written) => {
      const { text, ports } = convertPage(`[app](${written}/x)`);
      expect(text).toBe(`[app](${address(81)}/x)`);
      expect([...ports]).toEqual([81]);
    },
  );

  it("takes the machine's own address for the loopback", () => {
    expect(converted("`curl [[HOST_IP]]:80`{{execute}}")).toContain("```execute-1\ncurl 127.0.0.1:80\n```");
  });

  it("has a command of several lines within a sentence as one block, and back-ticks that nothing closes as they are", () => {
    expect(converted("Say `A=1", "echo $A`{{execute T2}} now", "and go.")).toBe(
      "Say `A=1\necho $A` now\nand go.\n\n```execute-2\nA=1\necho $A\n```\n",
    );
    expect(converted("- a `b", "  c`{{exec}}", "- `d`{{exec}}")).toBe(
      "- a `b\n  c`\n\n  ```execute-1\n  b\n  c\n  ```\n\n- `d`\n\n  ```execute-1\n  d\n  ```\n",
    );
    const lone = ["A ` alone and `ls`{{copy}}", "", "`pwd`{{exec}}"];
    expect(converted(...lone)).toBe(
      "A ` alone and `ls`{% raw %}{{copy}}{% endraw %}\n\n`pwd`\n\n```execute-1\npwd\n```\n",
    );
  });

  it.each([
    ["an item", "- Say", "  ", "  "],
    ["an item of an item", "  1. Say", "     ", "     "],
    ["a paragraph", "Say", "", ""],
    ["a quotation", "> Say", "> ", ""],
    ["a quotation without blanks", ">Say", "> ", ""],
    ["an item of a quotation", "> - Say", ">   ", ""],
    ["a quotation of an item", "- > Say", "  > ", "  "],
    ["an item with a tab", "-\tSay", "\t", "  "],
  ])("takes off a command's lines what puts them into %s, and nothing else", (_where, first, next, deep) => {
    const command = ["cat <<EOF >a.yaml", "a:", "  b: > c", "\td", "EOF"];
    const [head = "", ...rest] = command;
    const { text } = convertPage(
      [`${first} \`${head}`, ...rest.map((one) => next + one)].join("\n") + "`{{exec}}",
    );
    const block = ["```execute-1", ...command, "```"].map((one) => deep + one).join("\n");
    expect(text.split("\n\n")[1]?.trimEnd()).toBe(block);
  });

  it("has a marked fence of a quotation as a block, without what its code is called", () => {
    const { text } = convertPage(["> ```bash", "> a() {", ">", ">   b", "> }", "> ```{{exec}}"].join("\n"));
    expect(text).toBe("> ```bash\n> a() {\n>\n>   b\n> }\n> ```\n\n```execute-1\na() {\n\n  b\n}\n```\n");
  });

  it("takes tildes in a quotation for the marks of a fence", () => {
    const { text } = convertPage(["> ~~~~bash", "> ls", "> ~~~~{{exec}}", "", "> ~~~ `a`"].join("\n"));
    expect(text).toBe("> ````bash\n> ls\n> ````\n\n```execute-1\nls\n```\n\n\n> ~~~ `a`");
  });

  it.each([
    ["a line", "<!-- `ls`{{exec}} -->"],
    ["several", "<!--\n`ls`{{exec}}\n\n```\ntop\n```{{exec}}\n-->"],
    ["a sentence", "before <!-- `ls`{{exec}} --> after"],
  ])("runs nothing of a comment of %s", (_what, written) => {
    const { text, problems } = convertPage(`${written}\n\n\`pwd\`{{exec}}`);
    expect(text.replaceAll(/\{% (?:end)?raw %\}/g, "").startsWith(written)).toBe(true);
    expect(text.match(/^```execute-1\n.*/gm)).toEqual(["```execute-1\npwd"]);
    expect(problems.map(({ line }) => line)).toEqual([written.split("\n").length + 2]);
  });

  it.each(["<!-->", "<!--->", "<!---->"])("goes on behind the whole comment %s", (comment) => {
    expect(convertPage(`${comment}\n\n\`ls\`{{exec}}\n`).text).toMatch(/^ls$/m);
  });

  it("goes on behind a comment, and takes no code for one", () => {
    expect(converted("<!-- a --> `ls`{{exec}}")).toBe("<!-- a -->\n\n`ls`\n\n```execute-1\nls\n```\n");
    expect(converted("`echo '<!--'`{{exec}} `echo '-->'`{{exec}}").match(/execute-1/g)).toHaveLength(2);
  });

  it("looks no further than its paragraph for the end of code in a quotation", () => {
    expect(converted("> A ` alone", ">", "> `ls`{{exec}}")).toBe(
      "> A ` alone\n>\n> `ls`\n\n```execute-1\nls\n```\n",
    );
  });

  it("shows what stands in a pre of HTML as it is written, marks and fences among it", () => {
    const example = ["<pre>", "`docker`{{copy}}", "```", "ls", "```{{execute}}", "</pre>"];
    const { text, problems } = convertPage([...example, "", "`ls`{{copy}}"].join("\n"));
    expect(text).toBe(
      "<pre>\n`docker`{% raw %}{{copy}}{% endraw %}\n```\nls\n```{% raw %}{{execute}}{% endraw %}\n</pre>\n\n`ls`{{copy}}",
    );
    expect(problems).toEqual([]);
    expect(converted('<pre class="file">', "a", "</pre>")).toBe('<pre class="file">\na\n</pre>');
    expect(converted("<pre>", "never closed {{copy}}")).toBe(
      "<pre>\nnever closed {% raw %}{{copy}}{% endraw %}",
    );
  });

  it.each([
    ['data-target="clipboard"', "copy\na <b> {% raw %}{{ c }}{% endraw %}"],
    [
      'data-filename="a.js" data-target="replace"',
      "editor:create-file\nfile: a.js\ntext: |\n  a <b> {% raw %}{{ c }}{% endraw %}",
    ],
    [
      'data-filename="/root/a.js"',
      "editor:append-lines-to-file\nfile: /root/a.js\ntext: |\n  a <b> {% raw %}{{ c }}{% endraw %}",
    ],
    [
      'data-filename="a.js" data-target="insert" data-marker="#TODO &gt;"',
      'editor:replace-matching-text\nfile: a.js\nmatch: "#TODO >"\nreplacement: a <b> {% raw %}{{ c }}{% endraw %}',
    ],
    [
      `data-filename="a.js" data-target="insert" data-marker="x -> y"`,
      "editor:replace-matching-text\nfile: a.js\nmatch: x -> y\nreplacement: a <b> {% raw %}{{ c }}{% endraw %}",
    ],
    [
      `data-filename="a.html" data-target="insert" data-marker="<!-- x -->"`,
      "editor:replace-matching-text\nfile: a.html\nmatch: <!-- x -->\nreplacement: a <b> {% raw %}{{ c }}{% endraw %}",
    ],
  ])("has the text for the editor or the clipboard as a block: %s", (attributes, block) => {
    const { text, problems } = convertPage(
      `Add:\n<pre class="file" ${attributes}>\na &lt;b&#62; {{ c }}\n</pre>\nNext`,
    );
    expect(text).toBe(`Add:\n\n\`\`\`${block}\n\`\`\`\n\nNext`);
    expect(problems).toEqual([]);
  });

  it("fences a text that holds fences with more back-ticks", () => {
    expect(converted('<pre class="file" data-target="clipboard">```', "a", "```</pre>")).toBe(
      "\n````copy\n```\na\n```\n````\n",
    );
  });

  it("says of what nothing becomes", () => {
    expect(convertPage("`a.yaml`{{open}}").problems).toMatchObject([{ line: 1, fidelity: "lacking" }]);
    expect(converted("`a.yaml`{{open}}")).toBe("`a.yaml`");
  });

  it("leaves of a link to the page of ports its words, and says so", () => {
    const { text, problems } = convertPage("Open [any port]({{TRAFFIC_SELECTOR}}) now");
    expect(text).toBe("Open **any port** now");
    expect(problems).toMatchObject([{ line: 1, action: "link", fidelity: "lacking" }]);
  });

  it.each([
    ["openings", "{{".repeat(50_000)],
    ["back-ticks", "`".repeat(100_000)],
    ["code", "`` ` ".repeat(25_000)],
    ["marks", "`a`{{exec}}".repeat(9_000)],
    ["brackets", "[".repeat(100_000)],
    ["quotations of quotations", `${`${">".repeat(50_000)}\`a\n`.repeat(40)}\`{{exec}}`],
    [
      "a command in quotations of quotations",
      `${">".repeat(50_000)}\`a\n${`${">".repeat(50_000)}x\n`.repeat(40)}b\`{{exec}}`,
    ],
    [
      "a command in items of items",
      `${"- ".repeat(50_000)}\`a\n${`${"  ".repeat(50_000)}x\n`.repeat(40)}b\`{{exec}}`,
    ],
    ["lines of open code", "`a\n".repeat(40_000)],
    ["a pre", `<pre class="file" ${"a=b ".repeat(20_000)}>${"&lt;".repeat(20_000)}`],
    ["blanks", `\`a\`{{exec${" ".repeat(100_000)}`],
  ])("is read in one go, whatever it holds: %s", (_what, line) => {
    expect(convertPage(line).text).not.toBe("");
  });

  it.each([
    ["`ls`{{copy '1'}}", "`ls`{{copy}}"],
    ["`ls`{{copy('1')}}.", "`ls`{{copy}}."],
    ["`ls` {{copy}} then", "`ls`{{copy}} then"],
    ["`ls`{{exec '2'}}", "`ls`\n\n```execute-2\nls\n```\n"],
    ["`ls` {{exec '1'}} now", "`ls` now\n\n```execute-1\nls\n```\n"],
    ["```\nls\n```{{exec '2'}}", "```execute-2\nls\n```"],
    ["`a`{{copied}} {{open.b}}", "`a`{% raw %}{{copied}}{% endraw %} {% raw %}{{open.b}}{% endraw %}"],
  ])("takes what stands in a mark, and a blank before it: %j", (source, text) => {
    expect(convertPage(source).text).toBe(text);
  });

  it("says where it speaks of the page of ports, and where Katacoda asked something", () => {
    const { text, problems } = convertPage(
      '[a]({{TRAFFIC_SELECTOR}})\n\n<a href="{{ TRAFFIC_SELECTOR }}">b</a>\n\n{{TRAFFIC_SELECTOR}}\n\n>>Q1: Which?<<\n(*) a\n( ) b\n\n>> quoted <<\n',
    );
    expect(text).toContain("**a**\n\n<strong>b</strong>\n\n{% raw %}{{TRAFFIC_SELECTOR}}{% endraw %}");
    expect(problems.map(({ line, action, fidelity }) => `${line} ${action ?? ""} ${fidelity ?? ""}`)).toEqual(
      ["1 link lacking", "3 link lacking", "5 link lacking", "7 quiz lacking"],
    );
  });
});

function fence(command: string, mark = "{{exec}}"): string {
  return `\`\`\`\n${command}\n\`\`\`${mark}`;
}
