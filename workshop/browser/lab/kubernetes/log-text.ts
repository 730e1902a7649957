/** Characters that are kept of a log, and after how many beyond them the oldest lines go. */
const MAX_TEXT = 256 * 1024;
const SLACK = 64 * 1024;

/** The last lines of a log. */
export interface LogText {
  text: string;
  /** Whether lines before them were there and are not kept. */
  isCut: boolean;
}

export const NO_LOG: LogText = { text: "", isCut: false };

/** The log with more at its end: whole lines of the last 256 Ki characters. */
export function withMore(log: LogText, more: string): LogText {
  const text = log.text + more;
  if (text.length <= MAX_TEXT + SLACK) return { ...log, text };
  const from = text.length - MAX_TEXT;
  const lineEnd = text.indexOf("\n", from);
  return { text: text.slice(lineEnd === -1 ? from : lineEnd + 1), isCut: true };
}

const ESCAPE = "\u001b";

/** The text without what would set colours and move a cursor; a sequence ends with its first letter. */
export function withoutColours(text: string): string {
  const [first = "", ...parts] = text.split(ESCAPE);
  return (
    first +
    parts
      .map((part) => (part.startsWith("[") ? part.slice(1).replace(/^[0-9;:?]{0,32}[A-Za-z]/, "") : part))
      .join("")
  );
}
