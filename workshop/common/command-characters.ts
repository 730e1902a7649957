/** Line ends and tabs can be typed; other control characters are keys of the shell's own. */
const CONTROL = /(?![\t\n\r])\p{Cc}/u;
/** What looks like a space and is a letter to a shell, what has no width, and what has text shown in another order than it is in. */
const UNSEEN = /[\u00A0\u00AD\u061C\u2007\u200B\u200E\u200F\u2028-\u202F\u2060\u2066-\u2069\uFEFF]/;
/** Stands for what could not be read. */
const REPLACEMENT = /\uFFFD/;

/** The first character of a command that cannot be typed, as `U+001B`; `undefined` where all can. */
export function untypeableIn(command: string): string | undefined {
  return nameOf(CONTROL.exec(command));
}

/** What readers of a command would not see of it, as a sentence about its block; `undefined` where they see all. */
export function unseenIn(command: string): string | undefined {
  const unseen = nameOf(UNSEEN.exec(command));
  if (unseen !== undefined)
    return `The command holds the character ${unseen}, which nobody sees and a shell takes as part of a word`;
  return REPLACEMENT.test(command)
    ? "The command holds U+FFFD, which stands for a character that could not be read"
    : undefined;
}

function nameOf(found: RegExpExecArray | null): string | undefined {
  return found === null
    ? undefined
    : `U+${(found[0].codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0")}`;
}
