import { describe, expect, it } from "vitest";
import { convertAssignment } from "./convert-assignment.js";
import { challengeSchema, minutesOf, questionOf, trackSchema } from "./track.js";

describe("a challenge of Instruqt", () => {
  it("has its fences with `run` as blocks, and others as code of their language", () => {
    const page = [
      "```bash,run",
      "ls",
      "```",
      "  ```yaml,nocopy",
      "  a: {{ b }}",
      "  ```",
      "~~~",
      "```",
      "~~~",
    ];
    expect(convertAssignment(page.join("\n"), 1)).toEqual({
      text: [
        "```execute-1",
        "ls",
        "```",
        "  ```yaml",
        "  a: {% raw %}{{ b }}{% endraw %}",
        "  ```",
        "~~~",
        "```",
        "~~~",
      ].join("\n"),
      problems: [],
    });
  });

  it("has links to tabs in words, and says so and of variables with their lines", () => {
    const { tabs } = challengeSchema.parse({
      tabs: [
        { id: "aa1", title: "Shell", type: "terminal" },
        { id: "bb2", title: "Code", type: "code" },
        { id: "cc3", title: "The app", type: "service", port: 80 },
      ],
    });
    const page = [
      'See [the terminal](tab-0) and [button label="Code" background="#e00"](tab-1).',
      "[here](tab://cc3) [button variant=\"success\" label='The app'](tab://cc3) [a](tab://bb2) [x](tab://1)",
      "[gone](tab://dd4) and [button](tab-9)",
      '[[ Instruqt-Var key="a" hostname="b" ]] [[a]](b) [[ A_LINK ]](b)',
      "```bash,run",
      "curl [[HOSTNAME]]:80; [[ -f a ]]",
      "```",
      "](tab-",
    ];
    const { text, problems } = convertAssignment(page.join("\n"), 10, tabs);
    expect(text.split("\n").slice(0, 3)).toEqual([
      "See **the terminal** and **Code** (tab Editor).",
      "**here** (tab The app) **The app** **a** (tab Editor) **x** (tab Editor)",
      "**gone** and **the tab**",
    ]);
    expect(problems.map(({ line, fidelity }) => `${line} ${fidelity ?? ""}`)).toEqual([
      "10 approximated",
      "10 approximated",
      ...Array.from({ length: 4 }, () => "11 approximated"),
      "12 lacking",
      "12 lacking",
      "13 lacking",
      "15 lacking",
    ]);
    expect(problems.at(-1)?.message).toMatch(/^\[\[HOSTNAME\]\], which/);
  });

  it("has its button Skip in words, and a link in place of an address as that address", () => {
    const { text, problems } = convertAssignment(
      "[skip it](#skip_challenge) [here](#here) [a]([**a.b**](https://a.b/c))",
      1,
    );
    expect(text).toBe("**skip it** [here](#here) [a](https://a.b/c)");
    expect(problems.map(({ fidelity }) => fidelity)).toEqual(["approximated", "approximated"]);
  });

  it("that is a question becomes one of ours", () => {
    const quiz = { title: "Which?", type: "quiz", answers: ["a", "b", "c"] };
    expect(questionOf(challengeSchema.parse({ ...quiz, solution: [1] }))).toMatchObject({ answer: "b" });
    expect(questionOf(challengeSchema.parse({ ...quiz, solution: [0, 2] }))).toMatchObject({
      answer: ["a", "c"],
    });
    expect(questionOf(challengeSchema.parse({ ...quiz, solution: [7] }))).toBeUndefined();
  });

  it("has its time in minutes", () => {
    expect(minutesOf(trackSchema.parse({ title: "T", timelimit: 601 }))).toBe(11);
    expect(minutesOf(trackSchema.parse({ title: "T", timelimit: 1e9 }))).toBe(1440);
    expect(minutesOf({}, [{ timelimit: 90 }, {}, { timelimit: Number.NaN }, { timelimit: 60 }])).toBe(3);
    expect(minutesOf({}, [{}])).toBeUndefined();
  });

  it.each([
    ["links", "](tab-".repeat(20_000)],
    ["openings of links", "[](tab://".repeat(20_000)],
    ["brackets", "[[".repeat(50_000)],
    ["fences", "`".repeat(100_000)],
  ])("is read in one go, whatever it holds: %s", (_what, line) => {
    expect(convertAssignment(line, 1).text).not.toBe("");
  });
});
