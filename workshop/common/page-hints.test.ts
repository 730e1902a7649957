import { describe, expect, it } from "vitest";
import { compilePage } from "./compile-page.js";
import { compileLabPage, hintText, pageView } from "./render-page.js";
import type { LabPage } from "./lab.js";
import { pageForTests } from "./page-for-tests.js";

const nothing = () => undefined;
const STEP = ["```execute", "kubectl get pods", "```", ""];

describe("hints of a page", () => {
  it("belong to the step before them, in order, and are no blocks", () => {
    const { actions, hints, html, problems } = compiled(
      ...STEP,
      "```hint",
      "Look at **{{ who }}**.",
      "```",
      "```copy",
      "text",
      "```",
      "````hint after=2 minutes=5",
      "```yaml",
      "kind: Pod",
      "```",
      "````",
      "```manual",
      "By hand",
      "```",
      "```hint minutes=10",
      "So.",
      "```",
    );
    expect(problems).toEqual([]);
    expect(actions.map(({ view }) => [view.kind, view.number])).toEqual([
      ["execute", 0],
      ["copy", 1],
      ["manual", 2],
    ]);
    const [run, , manual] = actions.map(({ view }) => view.step);
    expect(hints).toMatchObject([
      { step: run, html: "<p>Look at <strong>Ada</strong>.</p>\n", line: 5 },
      { step: run, after: 2, minutes: 5 },
      { step: manual, minutes: 10 },
    ]);
    expect(hints[1]?.html).toContain("<pre><code");
    expect(html.match(/<div data-hint="\d"><\/div>/g)).toEqual(
      [0, 1, 2].map((at) => `<div data-hint="${at}"></div>`),
    );
    expect(html).not.toContain("Ada");
  });

  it("are told to a browser without their text, which each step has of its own", () => {
    const page = pageOf([...STEP, "```hint after=3", "<b>Look</b><script>alert(1)</script>", "```"]);
    const lab = { layout: "default", ingresses: [], pages: [page] } as const;
    const whole = compileLabPage(lab as never, page, { session_name: "s1" });
    const view = pageView(lab as never, page, { compiled: whole, fileKey: "key", playsImages: false });
    const step = whole.actions[0]?.view.step ?? "";
    expect(view.hints).toEqual([{ step, after: 3 }]);
    expect(JSON.stringify({ ...view, problems: [] })).not.toContain("Look");
    expect(hintText(whole, { step, hint: 0, fileKey: "key" })).toEqual({ html: "<p><b>Look</b></p>\n" });
    expect(hintText(whole, { step, hint: 1, fileKey: "key" })).toBeUndefined();
    expect(hintText(whole, { step: "another", hint: 0, fileKey: "key" })).toBeUndefined();
    expect(whole.problems.map(({ line, message }) => [line, message])).toEqual([
      [6, expect.stringContaining("<script>")],
    ]);
  });

  it("that cannot be shown are named with their line", () => {
    expect(wrongIn("# Page", "", "```hint", "Early", "```", ...STEP)).toEqual([
      [3, expect.stringContaining("has no step before it")],
    ]);
    expect(wrongIn("```copy", "text", "```", "```hint", "Of what?", "```")).toEqual([
      [4, expect.stringContaining("has no step before it")],
    ]);
    expect(wrongIn(...STEP, "```hint", "", "```")).toEqual([[5, expect.stringContaining("is empty")]]);
  });

  it("with an option that is none are offered at once, and said to be", () => {
    for (const [words, why] of [
      ["after=none", '"after=none" is neither after=FAILURES nor minutes=MINUTES'],
      ["later", '"later" is neither'],
      ["after=0", "after is a whole number from 1 to 20, not 0"],
      ["minutes=121", "minutes is a whole number from 1 to 120, not 121"],
    ] as const) {
      const lines = [...STEP, `\`\`\`hint ${words}`, "Look", "```"];
      expect(wrongIn(...lines)).toEqual([[5, expect.stringContaining(why)]]);
      expect(compiled(...lines).hints).toMatchObject([{ step: expect.any(String) as string }]);
      expect(compiled(...lines).hints[0]).not.toHaveProperty("after");
    }
  });

  it("of a question are named where they are offered only when no try is left", () => {
    const quiz = ["```quiz:one", "question: Which?", "options: [red, blue]", "answer: red", "```"];
    expect(wrongIn(...quiz, "```hint after=2", "Look", "```")).toEqual([
      [6, expect.stringContaining("when no try of the question is left")],
    ]);
    expect(wrongIn(...quiz, "```hint after=1", "Look", "```")).toEqual([]);
  });

  it("hold no blocks, are meant by words that are nearly theirs, and their links are looked at", () => {
    expect(wrongIn(...STEP, "````hint", "```execute", "ls", "```", "````")).toEqual([
      [6, expect.stringContaining("The block `execute` stands in a hint")],
    ]);
    expect(wrongIn(...STEP, "```hints", "Look", "```")).toEqual([
      [5, expect.stringContaining("`hints` looks like an action")],
    ]);
    expect(wrongIn(...STEP, "```hint", "First", "[there](#nowhere)", "```")).toEqual([
      [7, expect.stringContaining("#nowhere leads to no heading")],
    ]);
  });
});

function wrongIn(...lines: string[]): [number, string][] {
  return compiled(...lines).problems.map(({ line, message }) => [line, message]);
}

function compiled(...lines: string[]) {
  const addresses = { picture: nothing, page: nothing, application: nothing, slides: nothing };
  return compilePage(pageOf(lines), { who: "Ada" }, addresses);
}

function pageOf(lines: readonly string[]): LabPage {
  return pageForTests(`${lines.join("\n")}\n`, { name: "one", title: "One", file: "one.md" });
}
