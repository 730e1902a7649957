import type { ActionView } from "./api.js";
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
import type { EditorEdit } from "./editor/editor-edit.js";
import { type EditorWord, isEditorWord } from "./editor/editor-forms.js";
import { editView } from "./editor/edit-words.js";
import { readEdit } from "./editor/read-edit.js";
import { type Examination, readExamination } from "./examiner.js";
import { fileView, isFileWord } from "./file-actions.js";
import type { Ending } from "./judge-step.js";
import type { Fillings } from "./filled-text.js";
import { dashboardView } from "./dashboard-actions.js";
import { readForm } from "./form-body.js";
import { insteadOf } from "./refused-actions.js";
import { terminalWords } from "./terminals.js";

/** An action with what only the server needs to know about it. */
export interface PageAction {
  view: ActionView;
  expectation: Expectation;
  /** Line of the page's file, from 1. */
  line: number;
  /** Wipe the screen before the command. */
  clear: boolean;
  /** Type a return after the text. */
  endOfLine: boolean;
  /** What it does to the home. */
  edit?: EditorEdit;
  /** The test of the lab that it runs. */
  test?: Examination;
  /** What a later step of the page does to its command while that runs. */
  ending?: Ending;
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

/** Terminals that `execute-all` and a session of `"*"` reach. */
export const ALL_TERMINALS: readonly string[] = ["1", "2", "3"];

/** 64 KiB typed at once is more than any command line; longer bodies belong in a file of the lab. */
const MAX_COMMAND_CHARACTERS = 64 * 1024;

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
  const action = withExpectation(given, fence, expectation);
  return word === "section:heading" ? { action, heading: given.title, notes } : { action, notes };
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
    checks: expectationTexts(expectation),
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
  };

function withExpectation(
  given: Parts,
  { id, number, line }: ActionPlace,
  expectation: Expectation,
): PageAction {
  const { clear = false, endOfLine = true, edit, test, ...view } = given;
  const checks = expectationTexts(expectation);
  return {
    view: {
      step: id,
      number,
      terminals: [],
      inline: false,
      checks,
      expectsFailure: expectsFailure(expectation),
      ...view,
    },
    expectation,
    line,
    clear,
    endOfLine,
    ...(edit && { edit }),
    ...(test && { test }),
  };
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
  const terminals = executeTerminals(word);
  if (!terminals) throw new Error(unknownAction(word));
  return executeParts(word, terminals, fillings.shell(fence.body).trim());
}

function unknownAction(word: string): string {
  const meant = nearestActionWord(word);
  return `"${word}" is not an action Lectern knows${meant === undefined ? "" : `; ${meant} is one`}`;
}

function executeTerminals(word: string): readonly string[] | undefined {
  if (word === "execute-all") return ALL_TERMINALS;
  const number = /^execute(?:-([1-3]))?$/.exec(word);
  return number ? [number[1] ?? "1"] : undefined;
}

function executeParts(action: string, terminals: readonly string[], text: string): Parts {
  if (text === "") throw new Error("it holds no command");
  if (text.length > MAX_COMMAND_CHARACTERS)
    throw new Error(
      `its command has ${text.length} characters; at most ${MAX_COMMAND_CHARACTERS} can be typed at once`,
    );
  if (/^<ctrl[+-]c>$/i.test(text)) return interruptParts(action, terminals);
  const isAll = terminals.length > 1;
  const title = isAll ? "Run in all terminals" : `Run in terminal ${terminals[0]}`;
  return { action, kind: isAll ? "execute-all" : "execute", title, text, terminals: [...terminals] };
}

function interruptParts(action: string, terminals: readonly string[]): Parts {
  return {
    action,
    kind: "terminal-interrupt",
    title: `Interrupt ${terminalWords(terminals)}`,
    terminals: [...terminals],
  };
}

function formParts(word: FormWord, fence: Fence, { fillings, notes }: Reading): Parts {
  const form = readForm(word, fence, fillings);
  notes.push(...form.notes);
  const { fields } = form;
  const given: Parts = { ...familyParts(word, fields) };
  if (fields.title) given.title = fields.title;
  if (fields.prefix) given.title = `${fields.prefix}: ${given.title}`;
  if (fields.description) given.description = fields.description;
  return given;
}

function familyParts(word: FormWord, fields: FormFields): Parts {
  const isForAll = word.endsWith("-all") || fields.session === "*";
  const terminals = isForAll ? [...ALL_TERMINALS] : [fields.session ?? "1"];
  const where = terminalWords(terminals);
  switch (word) {
    case "terminal:execute":
    case "terminal:execute-all":
      return commandParts(word, terminals, fields);
    case "terminal:clear":
    case "terminal:clear-all":
      return { action: word, kind: "terminal-clear", title: `Clear ${where}`, terminals };
    case "terminal:interrupt":
    case "terminal:interrupt-all":
      return interruptParts(word, terminals);
    case "terminal:select":
      return selectParts(word, terminals);
    case "terminal:input":
      return inputParts(fields, terminals);
    default:
      return pageParts(word, fields);
  }
}

function commandParts(action: string, terminals: string[], { command, clear = false }: FormFields): Parts {
  const text = command?.trim();
  // Labs show a terminal by a command of nothing.
  if (text === "") return selectParts(action, terminals);
  return { ...executeParts(action, terminals, text ?? ""), clear };
}

function selectParts(action: string, terminals: string[]): Parts {
  return { action, kind: "terminal-select", title: `Show ${terminalWords(terminals)}`, terminals };
}

function inputParts({ text = "", endl = true }: FormFields, terminals: string[]): Parts {
  const title = `Type into ${terminalWords(terminals)}`;
  return { action: "terminal:input", kind: "terminal-input", title, text, terminals, endOfLine: endl };
}

function pageParts(word: FormWord, fields: FormFields): Parts {
  if (isEditorWord(word)) return editParts(word, fields);
  if (isFileWord(word)) return fileView(word, fields);
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

function testParts(action: string, fields: FormFields): Parts {
  const test = readExamination(fields);
  const title = scriptText(test.name);
  return { action, kind: "examine", title, test, checks: [title] };
}

function sectionParts(action: string, { title, name = "*", open = false }: FormFields): Parts {
  if (action === "section:begin")
    return { action, kind: "section-begin", title: title ?? "More", section: { name, open } };
  // A heading is text: whoever reads the page takes its title.
  const section = { name, open: false };
  return { action, kind: "section-end", title: action === "section:heading" ? (title ?? "") : "", section };
}
