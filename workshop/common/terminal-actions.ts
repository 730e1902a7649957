import type { FormFields, FormWord } from "./action-forms.js";
import type { ActionView } from "./page-view.js";
import { untypeableIn } from "./command-characters.js";
import { ALL_TERMINALS, terminalWords } from "./terminals.js";

/** What the page shows of a block for terminals, and how its text is typed. */
export type TerminalView = Pick<ActionView, "action" | "kind" | "title" | "terminals"> &
  Pick<Partial<ActionView>, "text"> & { clear?: boolean; endOfLine?: boolean };

/** 64 KiB typed at once is more than any command line; longer bodies belong in a file of the lab. */
const MAX_COMMAND_CHARACTERS = 64 * 1024;

/** What a block such as `execute-1` does with its text; undefined for another word. Throws where it holds no command, or one too long. */
export function executeView(word: string, text: () => string): TerminalView | undefined {
  const terminals = executeTerminals(word);
  return terminals && commandView(word, terminals, text());
}

/** What a `terminal:*` block does; undefined for a block of another family. Throws where it holds no command, or one too long. */
export function terminalFormView(word: FormWord, fields: FormFields): TerminalView | undefined {
  const isForAll = word.endsWith("-all") || fields.session === "*";
  const terminals = isForAll ? [...ALL_TERMINALS] : [fields.session ?? "1"];
  const where = terminalWords(terminals);
  switch (word) {
    case "terminal:execute":
    case "terminal:execute-all":
      return formCommandView(word, terminals, fields);
    case "terminal:clear":
    case "terminal:clear-all":
      return { action: word, kind: "terminal-clear", title: `Clear ${where}`, terminals };
    case "terminal:interrupt":
    case "terminal:interrupt-all":
      return interruptView(word, terminals);
    case "terminal:select":
      return selectView(word, terminals);
    case "terminal:input":
      return inputView(fields, terminals);
    default:
      return undefined;
  }
}

function formCommandView(
  action: string,
  terminals: string[],
  { command, clear = false }: FormFields,
): TerminalView {
  const text = command?.trim();
  // Labs show a terminal by a command of nothing.
  if (text === "") return selectView(action, terminals);
  return { ...commandView(action, terminals, text ?? ""), clear };
}

function selectView(action: string, terminals: string[]): TerminalView {
  return { action, kind: "terminal-select", title: `Show ${terminalWords(terminals)}`, terminals };
}

function inputView({ text = "", endl = true }: FormFields, terminals: string[]): TerminalView {
  const title = `Type into ${terminalWords(terminals)}`;
  return { action: "terminal:input", kind: "terminal-input", title, text, terminals, endOfLine: endl };
}

function executeTerminals(word: string): readonly string[] | undefined {
  if (word === "execute-all") return ALL_TERMINALS;
  const number = /^execute(?:-([1-3]))?$/.exec(word);
  return number ? [number[1] ?? "1"] : undefined;
}

function commandView(action: string, terminals: readonly string[], text: string): TerminalView {
  if (text === "") throw new Error("it holds no command");
  if (text.length > MAX_COMMAND_CHARACTERS)
    throw new Error(
      `its command has ${text.length} characters; at most ${MAX_COMMAND_CHARACTERS} can be typed at once`,
    );
  const control = untypeableIn(text);
  if (control !== undefined)
    throw new Error(`its command holds the control character ${control}, which cannot be typed`);
  if (/^<ctrl[+-]c>$/i.test(text)) return interruptView(action, terminals);
  const isAll = terminals.length > 1;
  const title = isAll ? "Run in all terminals" : `Run in terminal ${terminals[0]}`;
  return { action, kind: isAll ? "execute-all" : "execute", title, text, terminals: [...terminals] };
}

function interruptView(action: string, terminals: readonly string[]): TerminalView {
  return {
    action,
    kind: "terminal-interrupt",
    title: `Interrupt ${terminalWords(terminals)}`,
    terminals: [...terminals],
  };
}
