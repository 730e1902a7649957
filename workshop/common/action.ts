import type { ActionView } from "./page-view.js";
import { type FormFields, type FormWord, isFormWord, nearestActionWord } from "./action-forms.js";
import type { PageProblem } from "./page-problem.js";
import {
  DEFAULT_EXPECTATION,
  type Expectation,
  expectationTexts,
  expectsFailure,
  parseExpectation,
  scriptText,
} from "./expectation.js";
import { readFlow } from "./block-flow.js";
import { ownPatienceMs } from "./commands/own-patience.js";
import { unseenIn } from "./command-characters.js";
import type { EditorEdit } from "./editor/editor-edit.js";
import { type EditorWord, isEditorWord } from "./editor/editor-forms.js";
import { editView } from "./editor/edit-words.js";
import { readEdit } from "./editor/read-edit.js";
import type { ExpectedOutput } from "./expected-output.js";
import { type Examination, readExamination } from "./examiner.js";
import { fileView, isFileWord } from "./file-actions.js";
import type { Ending } from "./judge-step.js";
import type { Fillings } from "./filled-text.js";
import { type Quiz, type QuizWord, isQuizWord, quizView, readQuiz } from "./quiz.js";
import { dashboardView } from "./dashboard-actions.js";
import { readForm } from "./form-body.js";
import { insteadOf } from "./refused-actions.js";
import { executeView, terminalFormView } from "./terminal-actions.js";

/** An action with what only the server needs to know about it. */
export interface PageAction {
  view: ActionView;
  expectation: Expectation;
  /** Line of the page's file, from 1. */
  line: number;
  /** Which list item, quotation or box of the page it stands in; absent outside of them. */
  container?: number;
  /** Wipe the screen before the command. */
  clear: boolean;
  /** Type a return after the text. */
  endOfLine: boolean;
  /** What it does to the home. */
  edit?: EditorEdit;
  /** The test of the lab that it runs. */
  test?: Examination;
  /** The question that it asks, with what is right. */
  question?: Quiz;
  /** What later steps of the page do to its command while that runs. */
  ending?: Ending;
  /** What its command prints, as the page says under it. */
  output?: ExpectedOutput;
  /** The numbers of these steps, in their order. */
  answers?: readonly number[];
}

/** A fence as it stands in the page; texts hold marks. */
export interface Fence extends ActionPlace {
  info: string;
  body: string;
}

/** Which action it is, and where. */
export interface ActionPlace {
  /** What it is known by, whatever else of the page changes. */
  id: string;
  /** From 0. */
  number: number;
  /** Line of the page's file, from 1. */
  line: number;
}

/** What a fence was read as. */
export interface ReadAction {
  action: PageAction;
  /** The words of a `section:heading`, which is text and no action. */
  heading?: string;
  /** What an author may not have meant. */
  notes: PageProblem[];
}

/** Reads a fence whose first word is an action; what cannot be read becomes an action of kind `problem` that says why. */
export function readAction(fence: Fence, fillings: Fillings): ReadAction {
  const [word = ""] = fillings.plain(fence.info).trim().split(/\s/, 1);
  const wrong: string[] = [];
  const notes: PageProblem[] = [];
  const attempt = <T>(read: () => T): T | undefined => {
    try {
      return read();
    } catch (error) {
      wrong.push(error instanceof Error ? error.message : String(error));
      return undefined;
    }
  };
  const expectation = attempt(() => parseExpectation(fillings.plain(fence.info).trim().slice(word.length)));
  const unknown = fillings.missing(fence.body);
  if (unknown.length > 0)
    wrong.push(`its text names ${[...new Set(unknown)].join(", ")}, which has no value`);
  const given = attempt(() => parts(fence, word, { fillings, notes }));
  if (!expectation || !given || wrong.length > 0)
    return { action: problemAction(fence, word, wrong.join("; ")), notes };
  const unseen = isRun(given) ? unseenIn(given.text ?? "") : undefined;
  if (unseen !== undefined) notes.push(unseenCharacter(unseen, fence.line));
  const action = withExpectation(
    given,
    fence,
    isRun(given) && !saysHowLong(fence) ? patient(expectation, given.text) : expectation,
  );
  return word === "section:heading" ? { action, heading: given.title, notes } : { action, notes };
}

function isRun({ kind }: Pick<ActionView, "kind">): boolean {
  return kind === "execute" || kind === "execute-all";
}

function saysHowLong({ info }: Fence): boolean {
  return /(?:^|\s)timeout=/.test(info);
}

/** A command that says itself how long it takes is waited for as long, where the author says nothing else. */
function patient(expectation: Expectation, text = ""): Expectation {
  return { ...expectation, timeoutMs: Math.max(expectation.timeoutMs, ownPatienceMs(text)) };
}

function unseenCharacter(message: string, line: number): PageProblem {
  return {
    severity: "warning",
    rule: "unseen-character",
    line,
    message,
    fix: "Type it anew; for one that is meant, write it as an escape such as $'\\u00a0'",
  };
}

/** A button behind inline code. */
export function inlineCopy(text: string, at: ActionPlace): PageAction {
  const partsOfCopy = { action: "copy", kind: "copy", title: "Copy", text, inline: true } as const;
  return withExpectation(partsOfCopy, at, { ...DEFAULT_EXPECTATION });
}

/** The action with other expectations, as `checks.yaml` may give. */
export function expecting(action: PageAction, expectation: Expectation): PageAction {
  const view = {
    ...action.view,
    checks: checksOf(expectation, action.test),
    expectsFailure: expectsFailure(expectation),
  };
  return { ...action, expectation, view };
}

/** An action that cannot be done, shown with the reason. */
export function problemAction(at: ActionPlace, word: string, why: string): PageAction {
  const view = {
    action: word,
    kind: "problem",
    title: `This block cannot be used: ${word}`,
    problem: why,
  } as const;
  return withExpectation(view, at, { ...DEFAULT_EXPECTATION });
}

type Parts = Pick<ActionView, "action" | "kind" | "title"> &
  Partial<ActionView> & {
    clear?: boolean;
    endOfLine?: boolean;
    edit?: EditorEdit;
    test?: Examination;
    question?: Quiz;
  };

function withExpectation(
  given: Parts,
  { id, number, line }: ActionPlace,
  expectation: Expectation,
): PageAction {
  const { clear = false, endOfLine = true, edit, test, question, ...view } = given;
  return {
    view: {
      step: id,
      number,
      terminals: [],
      inline: false,
      checks: checksOf(expectation, test),
      expectsFailure: expectsFailure(expectation),
      ...view,
    },
    expectation,
    line,
    clear,
    endOfLine,
    ...(edit && { edit }),
    ...(test && { test }),
    ...(question && { question }),
  };
}

/** What is told under the block before it runs. */
function checksOf(expectation: Expectation, test: Examination | undefined): string[] {
  return [...(test ? [scriptText(test.name)] : []), ...expectationTexts(expectation)];
}

interface Reading {
  fillings: Fillings;
  notes: PageProblem[];
}

function parts(fence: Fence, word: string, reading: Reading): Parts {
  const { fillings } = reading;
  if (isFormWord(word)) return formParts(word, fence, reading);
  if (word === "copy" || word === "copy-and-edit") {
    const title = word === "copy" ? "Copy" : "Copy, then change the values";
    return { action: word, kind: word, title, text: fillings.plain(fence.body).trim() };
  }
  if (word === "manual")
    return {
      action: word,
      kind: "manual",
      title: "Do this by hand",
      text: fillings.plain(fence.body).trim(),
    };
  if (insteadOf(word) !== undefined)
    throw new Error(`the action ${word} of Educates is not supported by Lectern yet`);
  const run = executeView(word, () => fillings.shell(fence.body).trim());
  if (!run) throw new Error(unknownAction(word));
  return run;
}

function unknownAction(word: string): string {
  const meant = nearestActionWord(word);
  return `"${word}" is not an action Lectern knows${meant === undefined ? "" : `; ${meant} is one`}`;
}

function formParts(word: FormWord, fence: Fence, { fillings, notes }: Reading): Parts {
  const form = readForm(word, fence, fillings);
  notes.push(...form.notes);
  const { fields } = form;
  const given: Parts = { ...(terminalFormView(word, fields) ?? pageParts(word, fields)) };
  if (fields.title) given.title = fields.title;
  if (fields.prefix) given.title = `${fields.prefix}: ${given.title}`;
  if (fields.description) given.description = fields.description;
  const flow = readFlow(given.kind, fields);
  if (flow) given.flow = flow;
  return given;
}

function pageParts(word: FormWord, fields: FormFields): Parts {
  if (isEditorWord(word)) return editParts(word, fields);
  if (isFileWord(word)) return fileView(word, fields);
  if (isQuizWord(word)) return quizParts(word, fields);
  if (word === "examiner:execute-test") return testParts(word, fields);
  switch (word) {
    case "workshop:copy":
      return { action: word, kind: "copy", title: "Copy", text: fields.text ?? "" };
    case "workshop:copy-and-edit":
      return {
        action: word,
        kind: "copy-and-edit",
        title: "Copy, then change the values",
        text: fields.text ?? "",
      };
    case "section:begin":
    case "section:heading":
    case "section:end":
      return sectionParts(word, fields);
    default:
      return dashboardView(word, fields);
  }
}

function editParts(word: EditorWord, fields: FormFields): Parts {
  const edit = readEdit(word, fields);
  return { action: word, ...editView(edit), edit };
}

function quizParts(action: QuizWord, fields: FormFields): Parts {
  const question = readQuiz(action, fields);
  return { action, kind: "quiz", title: question.question, quiz: quizView(question), question };
}

function testParts(action: string, fields: FormFields): Parts {
  const test = readExamination(fields);
  const title = scriptText(test.name);
  return { action, kind: "examine", title, test, ...(test.inputs && { inputs: test.inputs }) };
}

function sectionParts(action: string, { title, name = "*", open = false }: FormFields): Parts {
  if (action === "section:begin")
    return { action, kind: "section-begin", title: title ?? "More", section: { name, open } };
  // A heading is text: whoever reads the page takes its title.
  const section = { name, open: false };
  return { action, kind: "section-end", title: action === "section:heading" ? (title ?? "") : "", section };
}
