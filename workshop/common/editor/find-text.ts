import { compilePattern } from "../pattern.js";
import { EditProblem, type TextRange } from "./edit-problem.js";
import { aroundRange, searchedRange } from "./text-lines.js";

/** What is looked for in a file. */
export interface TextSearch {
  text: string;
  isRegex: boolean;
  /** The group of the pattern that counts; the whole match where absent. */
  group?: number | undefined;
  /** Lines, from 1: where the search begins, and before which it ends; negative ones count from the end. */
  start?: number | undefined;
  stop?: number | undefined;
}

/** 256 Ki characters: a pattern is matched step by step, in a thread that others wait for. */
const MAX_PATTERN_TEXT = 256 * 1024;
/** More places than any file of a lab has of one text. */
const MAX_MATCHES = 10_000;

/** The places of what is looked for, in order, at most `limit`. Throws EditProblem where there is none, or the pattern is none. */
export function findAll(text: string, search: TextSearch, limit = MAX_MATCHES): TextRange[] {
  const { from, to } = searchedRange(text, search.start, search.stop);
  const area = text.slice(from, to);
  const found = (search.isRegex ? byPattern(area, search, limit) : byText(area, search.text, limit)).map(
    (range) => ({ from: range.from + from, to: range.to + from }),
  );
  if (found.length > 0) return found;
  const isPart = search.start !== undefined || search.stop !== undefined;
  const kind = search.isRegex ? "nothing that matches" : "no text";
  throw new EditProblem(
    `it has ${kind} ${quoted(search.text)}${isPart ? " on the lines that are looked at" : ""}`,
  );
}

/** The first place of what is looked for, with whole lines around it where the block asks for them. Throws EditProblem. */
export function selectMatch(
  text: string,
  search: TextSearch,
  around: { before?: number | undefined; after?: number | undefined },
): TextRange {
  const [first] = findAll(text, search, 1);
  if (!first) throw new EditProblem(`it has no text ${quoted(search.text)}`);
  const { before, after } = around;
  if (before === undefined && after === undefined) return first;
  return aroundRange(text, first, { before: before ?? 0, after: after ?? 0 });
}

/** A text as a sentence repeats it. */
export function quoted(text: string): string {
  const line = text.split("\n", 1)[0] ?? "";
  return `"${line.length > 80 || line !== text ? `${line.slice(0, 80)}…` : line}"`;
}

function byText(area: string, text: string, limit: number): TextRange[] {
  if (text === "") throw new EditProblem("the text that is looked for is empty");
  const found: TextRange[] = [];
  for (
    let at = area.indexOf(text);
    at >= 0 && found.length < limit;
    at = area.indexOf(text, at + text.length)
  )
    found.push({ from: at, to: at + text.length });
  return found;
}

function byPattern(area: string, { text, group }: TextSearch, limit: number): TextRange[] {
  if (area.length > MAX_PATTERN_TEXT)
    throw new EditProblem(
      `patterns are looked for in at most ${MAX_PATTERN_TEXT} characters, and it has more`,
    );
  const matcher = compilePattern(text).matcher(area);
  const found: TextRange[] = [];
  while (found.length < limit && matcher.find()) {
    if (group !== undefined && group > matcher.groupCount())
      throw new EditProblem(
        `the pattern ${quoted(text)} has ${matcher.groupCount()} groups, and no group ${group}`,
      );
    const from = matcher.start(group ?? 0);
    if (from >= 0) found.push({ from, to: matcher.end(group ?? 0) });
  }
  return found;
}
