// oxlint-disable-next-line no-control-regex
const NOT_TYPEABLE = /[\u0000-\u0008\u000b-\u001f\u007f\u0080-\u009f]/g;

/** What to send to the pseudo terminal for a command, and what follows from it. */
export interface TypedText {
  text: string;
  /** Nothing but blank lines and comments. */
  blank: boolean;
  /** Several lines that had to be sent one by one. */
  separate: boolean;
}

/**
 * Turns a command into keystrokes. A half-typed line of the learner is removed first, with Ctrl-E and Ctrl-U, so that
 * Ctrl-Y brings it back. Control characters are left out: an ESC could end the paste and begin typing.
 */
export function typed(command: string, how: { bracketed: boolean; clearLine: boolean }): TypedText {
  const clean = command
    .replace(/\r\n?/g, "\n")
    .replace(NOT_TYPEABLE, "")
    .replace(/^\n+|\s+$/g, "");
  const lines = clean.split("\n");
  const clear = how.clearLine ? "\u0005\u0015" : "";
  const blank = lines.every((line) => /^\s*(?:#.*)?$/.test(line));
  if (how.bracketed) return { text: `${clear}\u001b[200~${clean}\u001b[201~\r`, blank, separate: false };
  return { text: `${clear}${lines.join("\r")}\r`, blank, separate: lines.length > 1 };
}
