/** A part of a file that holds commands. Line and column from 0. */
export interface CommandText {
  line: number;
  column: number;
  /** From there on, with the ends of its lines. */
  text: string;
}

const FENCE = /^[ \t]{0,40}(`{3,20}|~{3,20})/;
/** The key of a block's YAML that holds its commands, and the value beside it. */
const KEY = /^([ \t]{0,40}(?:command|text):[ \t]{1,40})([^\n]*)$/;

/**
 * The commands of the block that begins on a line of a page, as they stand in its file: those between its fences, or in the line's inline
 * code that a mark follows. Nothing where they are written in another way.
 */
export function commandTexts(lines: readonly string[], line: number): CommandText[] {
  const marks = FENCE.exec(lines[line] ?? "")?.[1];
  if (marks === undefined) return inlineTexts(lines[line] ?? "", line);
  const from = line + 1;
  const length = lines.slice(from).findIndex((one) => one.trim().startsWith(marks));
  const body = lines.slice(from, length < 0 ? undefined : from + length);
  const key = body.findIndex((one) => KEY.test(one));
  if (key < 0) return [{ line: from, column: 0, text: body.join("\n") }];
  const [, before = "", value = ""] = KEY.exec(body[key] ?? "") ?? [];
  if (!/^[|>]/.test(value)) return [valueText(from + key, before.length, value)];
  return value.startsWith("|") ? [blockText(body, key, from)] : [];
}

/** A value beside its key; of one in quotes, what is between them. */
function valueText(line: number, column: number, value: string): CommandText {
  const quote = /^["']/.exec(value)?.[0];
  if (quote === undefined) return { line, column, text: value };
  const end = value.lastIndexOf(quote);
  return { line, column: column + 1, text: value.slice(1, end < 1 ? undefined : end) };
}

/** The lines below a key that stand deeper than it. */
function blockText(body: readonly string[], key: number, from: number): CommandText {
  const depth = indentOf(body[key] ?? "");
  const rest = body.slice(key + 1);
  const end = rest.findIndex((one) => one.trim() !== "" && indentOf(one) <= depth);
  return { line: from + key + 1, column: 0, text: rest.slice(0, end < 0 ? undefined : end).join("\n") };
}

function indentOf(line: string): number {
  return line.length - line.trimStart().length;
}

/** Inline code with a mark behind it: `code`{{copy}}. */
function inlineTexts(text: string, line: number): CommandText[] {
  const parts = text.split("`");
  let column = 0;
  return parts.flatMap((part, at) => {
    const begin = column;
    column += part.length + 1;
    const isMarked = at % 2 === 1 && (parts[at + 1] ?? "").startsWith("{{");
    return isMarked ? [{ line, column: begin, text: part }] : [];
  });
}
