// oxlint-disable-next-line no-control-regex
const NOT_TYPEABLE = /[\u0000-\u0008\u000b-\u001f\u007f\u0080-\u009f]/g;

/** What stands between the prompt and a command: nothing, a line that may be half typed, or in bash a question as well. */
export type Clear = "nothing" | "line" | "question-and-line";

/** What to send to the pseudo terminal for a command, and what follows from it. */
export interface TypedText {
  text: string;
  /** Nothing but blank lines and comments. */
  blank: boolean;
  /** Several lines that had to be sent one by one. */
  separate: boolean;
}

/** Ctrl-E, Ctrl-U: the line goes where Ctrl-Y brings it back from. */
const CLEAR_LINE = "\u0005\u0015";
/** Ctrl-G: readline leaves a question, a search or a half-pressed key and keeps the line. In zsh it would lose the line. */
const ABORT = "\u0007";

/**
 * Turns a command into keystrokes. Before it, what the learner left is cleared away: in bash a question of completion, a
 * history search or the first half of a key, and in every shell a half-typed line. Control characters are left out: an ESC could end the paste and begin typing.
 */
export function typed(command: string, how: { bracketed: boolean; clear: Clear }): TypedText {
  const clean = command.replace(/\r\n?/g, "\n").replace(NOT_TYPEABLE, "").trimEnd().replace(/^\n+/, "");
  const lines = clean.split("\n");
  const clear = `${how.clear === "question-and-line" ? ABORT : ""}${how.clear === "nothing" ? "" : CLEAR_LINE}`;
  const blank = lines.every((line) => /^\s*(?:#.*)?$/.test(line));
  if (how.bracketed) return { text: `${clear}\u001b[200~${clean}\u001b[201~\r`, blank, separate: false };
  return { text: `${clear}${lines.join("\r")}\r`, blank, separate: lines.length > 1 };
}
