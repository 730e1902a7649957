import { describe, expect, it } from "vitest";
import { fillTemplate } from "./template.js";

const VARIABLES = { name: "lab-1", other: "two" };

/** The text with its values, and what is said about it. */
function fill(source: string) {
  const { text, lines, fillings, problems } = fillTemplate(source, VARIABLES);
  const missing = fillings
    .within(text)
    .flatMap(({ filling }) => (filling.kind === "missing" ? [filling.message] : []));
  return { text: fillings.plain(text), lines, problems, missing };
}

describe("a template", () => {
  it.each([
    String.raw`kubectl get ns -o go-template='{{"\n"}}'`,
    "kubectl get pods -o go-template='{{range .items}}{{.metadata.name}}{{else}}none{{end}}'",
    '{{ $x := 1 }}{{ len .items }}{{- printf "%s" .x -}}',
    "{{{{ a",
    "{{ a",
    "{% a",
    "a }} b %}",
    "{{}}",
    "100%free% %constructor% %toString% << __proto__ >>",
  ])("leaves %s as it is written, without a word", (source) => {
    expect(fill(source)).toMatchObject({ text: source, problems: [], missing: [] });
  });

  it.each([
    ["{{ nil }}", 'names no variable but the word "nil"'],
    ["{{ end }}", 'names no variable but the word "end"'],
    ["{% frobnicate x %}", "is no tag"],
    ['{% include "other.md" %}', "is no tag"],
    ["{{< note >}}", "is a shortcode of Hugo"],
    ["{{% note %}}", "is a shortcode of Hugo"],
  ])("leaves %s as it is written, and says so with its line", (source, why) => {
    const { text, problems } = fill(`{{ name }}\n${source} {{ name }}`);
    expect(text).toBe(`lab-1\n${source} lab-1`);
    expect(problems).toMatchObject([
      { line: 2, severity: "warning", message: expect.stringContaining(why) as string },
    ]);
  });

  it("names a filter that does not exist, and fills the rest of the page", () => {
    const { text, missing } = fill(
      "{{ name | shout }} {{ name | upcase }} {% if name %}{{ name }}{% endif %}",
    );
    expect(text).toBe("{{ name | shout }} LAB-1 lab-1");
    expect(missing).toEqual(['{{ name | shout }} uses the filter "shout", which does not exist']);
  });

  it.each(["constructor", "__proto__", "toString", "hasOwnProperty"])("has no variable %s", (name) => {
    expect(fill(`{{ ${name} }} %${name}%`)).toMatchObject({
      text: `{{ ${name} }} %${name}%`,
      missing: [`{{ ${name} }} is not a variable of this lab`],
    });
  });

  it("keeps what stands between raw and endraw, and drops comments with their lines kept", () => {
    expect(
      fill("{% raw %}{{ name }}\n{% x %}{% endraw %}\n{% comment %}\n{{ nope }}{% endcomment %}{{ name }}"),
    ).toMatchObject({
      text: "{{ name }}\n{% x %}\n\nlab-1",
      problems: [],
      missing: [],
    });
  });

  it("knows the line of the source behind each line, whatever tags leave out or repeat", () => {
    const source =
      "one\n{% if name == 'x' %}\ntwo\nthree\n{% endif %}\n{%- for i in (1..2) -%}\nloop\n{% endfor %}\nlast {{ name }}";
    const { text, lines } = fill(source);
    const sources = source.split("\n");
    const wrong = text.split("\n").flatMap((line, at) => {
      const written = sources[lines(at + 1) - 1] ?? "";
      return line === "" || written.replace("{{ name }}", "lab-1") === line || written.startsWith("{%")
        ? []
        : [[line, written]];
    });
    expect(wrong).toEqual([]);
    expect(text).toContain("last lab-1");
  });

  it("names what only a tag speaks of, with the tag's line", () => {
    expect(fill("a\n\n{% if nope == 'x' %}y{% endif %}").problems).toMatchObject([
      { rule: "unknown-variable", line: 3, message: "{{ nope }} is not a variable of this lab" },
    ]);
  });

  it("fills the names of a page whose tags cannot be read, and says what is wrong", () => {
    const { text, problems } = fill("{{ name }} {% if name %} never ended");
    expect(text).toContain("lab-1 {% if name %} never ended");
    expect(problems).toMatchObject([{ severity: "error", rule: "template" }]);
  });

  it("ends loops that make too much", () => {
    const { problems } = fill(`{% for i in (1..1000000) %}${"x".repeat(1000)}{% endfor %}`);
    expect(problems).toMatchObject([{ severity: "error", rule: "template" }]);
  });
});
