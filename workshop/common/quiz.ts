import { z } from "zod";
import type { StepResult } from "./api.js";
import type { QuizView } from "./page-view.js";
import { compilePattern } from "./pattern.js";
import { parsePattern } from "./expectation.js";
import { MAX_OPTIONS } from "./quiz-limits.js";
import { wholeNumber, writtenText } from "./yaml-scalars.js";
import { YamlProblem, readYaml } from "./yaml-value.js";

/** A question of a page. What is right stays on the server until the question is done. */
export interface Quiz extends QuizView {
  question: string;
  /** What is right; where a pattern judges what is typed, an example of it. */
  answers: string[];
  /** RE2 that the whole of what is typed must match, blanks around it left aside. */
  pattern?: string;
  /** Told once the question is done or no try is left. */
  explanation?: string;
}

/** What a person has answered. */
export interface QuizAnswer {
  /** The chosen options, or the one text that was typed. */
  given: readonly string[];
  /** Wrong answers to this question before. */
  failuresBefore: () => Promise<number>;
}

const MAX_OPTION_CHARACTERS = 500;
const MAX_TEXT_CHARACTERS = 4_000;

const text = (most: number) => writtenText.pipe(z.string().trim().min(1).max(most));
const common = {
  question: text(MAX_TEXT_CHARACTERS),
  tries: wholeNumber.pipe(z.number().min(1).max(10)).default(2),
  explanation: text(MAX_TEXT_CHARACTERS).optional(),
};
const option = text(MAX_OPTION_CHARACTERS);
const options = z.array(option).min(2).max(MAX_OPTIONS);

/** What the bodies of `quiz:one`, `quiz:many` and `quiz:text` hold besides what every body may. */
export const QUIZ_FORMS = {
  "quiz:one": { ...common, options, answer: option },
  "quiz:many": { ...common, options, answer: z.array(option).min(1).max(MAX_OPTIONS) },
  "quiz:text": { ...common, answer: option, match: writtenText.optional() },
} as const;

export type QuizWord = keyof typeof QUIZ_FORMS;

/** What such a body was read as. */
export interface QuizFields {
  question?: string;
  options?: string[];
  answer?: string | string[];
  match?: string;
  tries?: number;
  explanation?: string | undefined;
}

export function isQuizWord(word: string): word is QuizWord {
  return Object.hasOwn(QUIZ_FORMS, word);
}

/**
 * What learners see of a body that is a question, as its step is known by: an id that came of the answer as well would tell those who
 * try all options which is right. A body that cannot be read is itself.
 */
export function askedIn(body: string): string {
  try {
    const {
      answer: _answer,
      match: _match,
      explanation: _why,
      ...asked
    } = Object(readYaml(body).value) as QuizFields;
    return JSON.stringify(asked);
  } catch (error) {
    if (error instanceof YamlProblem) return body;
    throw error;
  }
}

/** Reads the body of a question. Throws where nobody could answer it, and CHECK_INVALID for a pattern that is none. */
export function readQuiz(word: QuizWord, fields: QuizFields): Quiz {
  const { question = "", options: offered = [], answer = [], match, tries = 1, explanation } = fields;
  const quiz: Quiz = {
    choice: CHOICES[word],
    options: offered,
    tries,
    question,
    answers: [answer].flat(),
    ...(match !== undefined && { pattern: parsePattern(match) }),
    ...(explanation !== undefined && { explanation }),
  };
  const twice = offered.find((one, at) => offered.indexOf(one) < at);
  if (twice !== undefined) throw new Error(`it offers "${twice}" twice`);
  const strange = strangeAnswer(quiz, quiz.answers);
  if (strange !== undefined) throw new Error(`its answer "${strange}" is none of its options`);
  if (!isRight(quiz, quiz.answers))
    throw new Error(`its answer "${quiz.answers.join(", ")}" does not match its own pattern`);
  return quiz;
}

const CHOICES = { "quiz:one": "one", "quiz:many": "many", "quiz:text": "text" } as const;

/** What of it a browser is told before it is answered. */
export function quizView({ choice, options: offered, tries }: Quiz): QuizView {
  return { choice, options: offered, tries };
}

/** Why nothing can be judged in what was given; `undefined` where it can. */
export function answerProblem(quiz: Quiz, given: readonly string[]): string | undefined {
  const [first = ""] = given;
  if (first.trim() === "") return "it is a question, and no answer came with it";
  if (quiz.choice !== "many" && given.length > 1) return "it takes one answer";
  const strange = strangeAnswer(quiz, given);
  return strange === undefined ? undefined : "the answer is none of its options";
}

/** Judges an answer by what is right, and counts it among the tries. */
export async function judgeAnswer(
  quiz: Quiz,
  { given, failuresBefore }: QuizAnswer,
): Promise<Pick<StepResult, "state" | "message" | "quiz">> {
  const failures = await failuresBefore();
  const told = { given: [...given] };
  const solution = {
    answers: quiz.answers,
    ...(quiz.explanation !== undefined && { explanation: quiz.explanation }),
  };
  const triesLeft = Math.max(0, quiz.tries - failures - 1);
  if (failures < quiz.tries && isRight(quiz, given))
    return { state: "succeeded", quiz: { ...told, triesLeft, ...solution } };
  const message = "That is not right.";
  return { state: "failed", message, quiz: { ...told, triesLeft, ...(triesLeft === 0 && solution) } };
}

function strangeAnswer({ choice, options: offered }: Quiz, given: readonly string[]): string | undefined {
  return choice === "text" ? undefined : given.find((one) => !offered.includes(one));
}

function isRight({ choice, answers, pattern }: Quiz, given: readonly string[]): boolean {
  if (choice !== "text") {
    const chosen = new Set(given);
    return chosen.size === new Set(answers).size && answers.every((answer) => chosen.has(answer));
  }
  const [typed = ""] = given;
  if (pattern !== undefined) return compilePattern(pattern).matches(typed.trim());
  return plain(typed) === plain(answers[0] ?? "");
}

/** Without what people do not mean: capital letters, how many blanks, how an umlaut is encoded. */
function plain(typed: string): string {
  return typed.normalize("NFC").trim().replaceAll(/\s+/g, " ").toLowerCase();
}
