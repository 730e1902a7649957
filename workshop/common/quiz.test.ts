import { describe, expect, it } from "vitest";
import { compilePage } from "./compile-page.js";
import { pageForTests } from "./page-for-tests.js";
import { answerProblem, judgeAnswer, readQuiz } from "./quiz.js";

const first = async () => 0;
const nothing = () => undefined;

describe("a question", () => {
  it("tells a browser nothing of what is right", () => {
    const [action] = compiled(
      'question: "{{ who }}?"',
      "options: [red, blue]",
      "answer: red",
      "explanation: Because.",
    );
    expect(action?.view).toMatchObject({
      kind: "quiz",
      title: "Ada?",
      quiz: { choice: "one", options: ["red", "blue"], tries: 2 },
    });
    expect(JSON.stringify({ ...action?.view, quiz: action?.view.quiz?.tries })).not.toContain("red");
    expect(JSON.stringify(action?.view)).not.toContain("Because");
    expect(action?.question).toMatchObject({ answers: ["red"], explanation: "Because." });
  });

  it("is known by what it asks, so that its id does not tell which option is right", () => {
    expect(stepOf("answer: red", "explanation: Because.")).toBe(stepOf("answer: blue"));
    expect(stepOf("answer: red", "tries: 3")).not.toBe(stepOf("answer: red"));
  });

  it("has the options that are numbers as they are written, and so is what is right", () => {
    const [action] = compiled("question: Which?", "options: [1.10, 1.1, 010]", "answer: 1.10");
    expect(action?.view.problem).toBeUndefined();
    expect(action?.question).toMatchObject({ options: ["1.10", "1.1", "010"], answers: ["1.10"] });
  });

  it("that nobody could answer is a problem that says why", () => {
    expect(why("question: Which?", "options: [red, blue]", "answer: green")).toContain("none of its options");
    expect(why("question: Which?", "options: [red, red]", "answer: red")).toContain('offers "red" twice');
    expect(why("question: Which?", "options: [red]", "answer: red")).toContain("options");
    expect(why("options: [red, blue]", "answer: red")).toContain("question");
  });

  it("with a pattern takes the whole answer, in time that grows with it", async () => {
    const quiz = readQuiz("quiz:text", {
      question: "How many?",
      answer: "3",
      match: "/(?i)3|three/",
      tries: 2,
    });
    const state = async (typed: string) =>
      (await judgeAnswer(quiz, { given: [typed], failuresBefore: first })).state;
    expect(await state(" Three ")).toBe("succeeded");
    expect(await state("13")).toBe("failed");
    const slow = readQuiz("quiz:text", { question: "a?", answer: "ab", match: "(a*)*b" });
    const given = ["a".repeat(1_000)];
    expect((await judgeAnswer(slow, { given, failuresBefore: first })).state).toBe("failed");
    expect(() => readQuiz("quiz:text", { question: "a?", answer: "c", match: "b" })).toThrow("own pattern");
    expect(() => readQuiz("quiz:text", { question: "a?", answer: "c", match: "(?=c)" })).toThrow("RE2");
  });

  it("without one does not mind capitals, blanks and how an umlaut is encoded", async () => {
    const quiz = readQuiz("quiz:text", { question: "Where?", answer: "In München" });
    const given = ["  in   Mu\u0308nchen"];
    expect((await judgeAnswer(quiz, { given, failuresBefore: first })).state).toBe("succeeded");
  });

  it("of many wants all that are right and nothing else", async () => {
    const quiz = readQuiz("quiz:many", { question: "Which?", options: ["a", "b", "c"], answer: ["a", "c"] });
    const state = async (...given: string[]) =>
      (await judgeAnswer(quiz, { given, failuresBefore: first })).state;
    expect(await state("c", "a")).toBe("succeeded");
    expect(await state("a")).toBe("failed");
    expect(await state("a", "b", "c")).toBe("failed");
  });

  it("counts tries, and tells what is right only with the last", async () => {
    const options = ["a", "b", "c"];
    const quiz = readQuiz("quiz:one", { question: "?", options, answer: "c", tries: 2, explanation: "So." });
    const after = async (failures: number, given = "a") =>
      (await judgeAnswer(quiz, { given: [given], failuresBefore: async () => failures })).quiz;
    expect(await after(0)).toEqual({ given: ["a"], triesLeft: 1 });
    expect(await after(1)).toEqual({ given: ["a"], triesLeft: 0, answers: ["c"], explanation: "So." });
    const late = await judgeAnswer(quiz, { given: ["c"], failuresBefore: async () => 2 });
    expect(late).toMatchObject({ state: "failed", quiz: { triesLeft: 0 } });
  });

  it("judges nothing that is no answer to it", () => {
    const quiz = readQuiz("quiz:one", { question: "?", options: ["a", "b"], answer: "a" });
    expect(answerProblem(quiz, [])).toContain("no answer");
    expect(answerProblem(quiz, ["a", "b"])).toContain("one answer");
    expect(answerProblem(quiz, ["d"])).toContain("none of its options");
    expect(answerProblem(quiz, ["b"])).toBeUndefined();
  });
});

function stepOf(...lines: string[]): string | undefined {
  return compiled("question: Which?", "options: [red, blue]", ...lines)[0]?.view.step;
}

function why(...lines: string[]): string | undefined {
  return compiled(...lines)[0]?.view.problem;
}

function compiled(...lines: string[]) {
  const page = pageForTests(`\`\`\`quiz:one\n${lines.join("\n")}\n\`\`\`\n`, { file: "page.md" });
  return compilePage(
    page,
    { who: "Ada" },
    { picture: nothing, page: nothing, application: nothing, slides: nothing },
  ).actions;
}
