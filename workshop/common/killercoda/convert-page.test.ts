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
    ["blanks", `\`a\`{{exec${" ".repeat(100_000)}`],
  ])("is read in one go, whatever it holds: %s", (_what, line) => {
    expect(convertPage(line).text).not.toBe("");
  });
});

function fence(command: string, mark = "{{exec}}"): string {
  return `\`\`\`\n${command}\n\`\`\`${mark}`;
}
