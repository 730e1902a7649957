import { defaultKeymap, history, historyKeymap, indentWithTab } from "@codemirror/commands";
import { bracketMatching, indentOnInput, indentUnit, syntaxHighlighting } from "@codemirror/language";
import { lintGutter, linter, lintKeymap } from "@codemirror/lint";
import { highlightSelectionMatches, search, searchKeymap } from "@codemirror/search";
import {
  Annotation,
  Compartment,
  EditorState,
  type Extension,
  type TransactionSpec,
} from "@codemirror/state";
import {
  drawSelection,
  EditorView,
  highlightActiveLine,
  highlightActiveLineGutter,
  highlightSpecialChars,
  keymap,
  lineNumbers,
} from "@codemirror/view";
import { classHighlighter } from "@lezer/highlight";
import type { TextPosition } from "../../../common/api.js";
import { yamlProblems } from "./yaml-problems.js";

/** How long typing has to pause before the text is looked at for problems. */
const LINT_MS = 400;

/** Holds the language, which comes once it has been loaded. */
export const languageSlot = new Compartment();
/** Holds whether the text may be changed. */
export const readOnlySlot = new Compartment();

/** Marks a change that takes over what was read, and is nobody's typing. */
const takenOver = Annotation.define<true>();

export interface CodeOptions {
  path: string;
  text: string;
  onSave: () => void;
  /** Told of every change that was typed. */
  onTyped: () => void;
}

/** The text of a file as the editor holds it; line ends stay as the file has them. */
export function codeState({ path, text, onSave, onTyped }: CodeOptions): EditorState {
  const save = (): boolean => {
    onSave();
    return true;
  };
  return EditorState.create({
    doc: text,
    extensions: [
      keymap.of([{ key: "Mod-s", preventDefault: true, run: save }]),
      ...(text.includes("\r\n") ? [EditorState.lineSeparator.of("\r\n")] : []),
      readOnlySlot.of([]),
      languageSlot.of([]),
      EditorView.contentAttributes.of({ "aria-label": `Text of ${path}` }),
      EditorView.updateListener.of(({ docChanged, transactions }) => {
        if (docChanged && !transactions.some((change) => change.annotation(takenOver))) onTyped();
      }),
      ...(/\.ya?ml$/.test(path) ? [linter(yamlProblems, { delay: LINT_MS }), lintGutter()] : []),
      ...EVERY_FILE,
    ],
  });
}

const EVERY_FILE: Extension[] = [
  lineNumbers(),
  highlightActiveLineGutter(),
  highlightSpecialChars(),
  history(),
  drawSelection(),
  indentOnInput(),
  indentUnit.of("  "),
  bracketMatching(),
  highlightActiveLine(),
  highlightSelectionMatches(),
  search({ top: true }),
  syntaxHighlighting(classHighlighter),
  // The view lets Tab pass for two seconds after Esc, so that the keyboard finds its way out.
  keymap.of([...defaultKeymap, ...historyKeymap, ...searchKeymap, ...lintKeymap, indentWithTab]),
];

/** Changes as little as makes the text the one that was read, so that cursor and scroll position stay. */
export function takingOver(state: EditorState, read: string): TransactionSpec | undefined {
  const [held, text] = [state.doc.toString(), read.replaceAll("\r\n", "\n")];
  if (held === text) return undefined;
  const most = Math.min(held.length, text.length);
  let from = 0;
  while (from < most && held[from] === text[from]) from++;
  let end = 0;
  while (end < most - from && held.at(-1 - end) === text.at(-1 - end)) end++;
  const changes = { from, to: held.length - end, insert: text.slice(from, text.length - end) };
  return { changes, annotations: takenOver.of(true) };
}

/** Selects what lies between two places and brings it into sight. */
export function revealing(state: EditorState, from: TextPosition, to: TextPosition): TransactionSpec {
  const offset = ({ line, column }: TextPosition): number => {
    const at = state.doc.line(Math.min(Math.max(line, 1), state.doc.lines));
    return Math.min(at.from + column - 1, at.to);
  };
  const selection = { anchor: offset(from), head: offset(to) };
  return { selection, effects: EditorView.scrollIntoView(selection.anchor, { y: "center" }) };
}
