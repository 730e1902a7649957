import { EditProblem, type TextRange } from "./edit-problem.js";

/** Where each line begins; a text that ends with a line end has no further line behind it. */
export function lineStarts(text: string): number[] {
  const starts = text === "" ? [] : [0];
  for (let at = text.indexOf("\n"); at >= 0 && at + 1 < text.length; at = text.indexOf("\n", at + 1))
    starts.push(at + 1);
  return starts;
}

/** The line on which the offset is, from 0. */
export function lineAt(starts: readonly number[], offset: number): number {
  let [low, high] = [0, starts.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((starts[middle] ?? 0) <= offset) low = middle + 1;
    else high = middle;
  }
  return Math.max(0, low - 1);
}

/** Whole lines, from 1, with the line end of the last one. Throws EditProblem where there are no such lines. */
export function linesRange(text: string, first: number, last: number): TextRange {
  const starts = lineStarts(text);
  if (first > last) throw new EditProblem(`its lines run from ${first} to ${last}, which is backwards`);
  if (first < 1 || last > starts.length)
    throw new EditProblem(`it has ${starts.length} lines, and no lines ${first} to ${last}`);
  return { from: starts[first - 1] ?? 0, to: starts[last] ?? text.length };
}

/**
 * The lines from `start` up to but without `stop`, both from 1, negative ones counted from the end; those that are absent mean the
 * first and the end of the text. What lies beyond the text is cut off.
 */
export function searchedRange(text: string, start: number | undefined, stop: number | undefined): TextRange {
  const starts = lineStarts(text);
  const lineOf = (number: number): number => (number < 0 ? starts.length + number : number - 1);
  const offset = (line: number): number => (line <= 0 ? 0 : (starts[line] ?? text.length));
  const from = offset(lineOf(start ?? 1));
  return { from, to: Math.max(from, stop === undefined ? text.length : offset(lineOf(stop))) };
}

/** How many lines around a range: above and below it, -1 for all of them. */
export interface LinesAround {
  before: number;
  after: number;
}

/** Whole lines around a range; whoever asks for many ranges of one text has found out once where its lines start. */
export function aroundRange(
  text: string,
  range: TextRange,
  { before, after }: LinesAround,
  starts: readonly number[] = lineStarts(text),
): TextRange {
  const last = starts.length - 1;
  const first = before < 0 ? 0 : Math.max(0, lineAt(starts, range.from) - before);
  const end = after < 0 ? last : Math.min(last, lineAt(starts, Math.max(range.from, range.to - 1)) + after);
  const to = starts[end + 1] ?? text.length;
  // The line end of the last line is not selected: what takes its place is followed by it.
  return { from: starts[first] ?? 0, to: text[to - 1] === "\n" ? to - 1 : to };
}

/** Text as whole lines. */
export function asLines(text: string): string {
  return text === "" || text.endsWith("\n") ? text : `${text}\n`;
}

/** Puts lines before the offset, which is the beginning of a line or the end of the text; the range is that of the lines. */
export function insertLines(text: string, at: number, lines: string): { text: string; range: TextRange } {
  const isUnended = at > 0 && text[at - 1] !== "\n";
  const inserted = asLines(lines);
  const from = isUnended ? at + 1 : at;
  return {
    text: text.slice(0, at) + (isUnended ? "\n" : "") + inserted + text.slice(at),
    range: { from, to: from + inserted.length },
  };
}
