import { EditProblem, type TextRange } from "./edit-problem.js";
import { findAll, selectMatch, type TextSearch } from "./find-text.js";
import { aroundRange, asLines, insertLines, lineAt, lineStarts, linesRange } from "./text-lines.js";
import { editYaml, findYaml, type YamlChange } from "./yaml-edit.js";

/** What a block selects in a file. */
export type TextSelection =
  | { by: "match"; search: TextSearch; before?: number | undefined; after?: number | undefined }
  | { by: "lines"; start: number; stop: number }
  | { by: "yaml"; path: string };

/** What a block changes in a text. */
export type TextChange =
  | { does: "replace-selection"; selection?: TextSelection; text: string }
  | { does: "insert-at-selection"; selection?: TextSelection; text: string; side: "before" | "after" }
  | { does: "replace-matches"; search: TextSearch; replacement: string; count: number }
  | { does: "insert-at-match"; search: TextSearch; text: string; side: "before" | "after" }
  | { does: "insert-at-line"; line: number; text: string; side: "before" | "after" }
  | { does: "insert-at-end"; text: string; side: "before" | "after" }
  | { does: "replace-lines"; start: number; stop: number; text: string }
  | { does: "delete-matching-lines"; search: TextSearch; before: number; after: number }
  | { does: "edit-yaml"; change: YamlChange };

/** A changed text, and what of it is to be shown. */
export interface EditedText {
  text: string;
  range?: TextRange;
}

/** The range of a selection. Throws EditProblem where the text does not have it. */
export function selectText(text: string, selection: TextSelection): TextRange {
  switch (selection.by) {
    case "match":
      return selectMatch(text, selection.search, selection);
    case "lines": {
      const { from, to } = linesRange(text, selection.start, selection.stop);
      // As an editor selects lines: the line end of the last one stays.
      return { from, to: text[to - 1] === "\n" ? to - 1 : to };
    }
    case "yaml":
      return findYaml(text, selection.path);
  }
}

/** The text with the change. Throws EditProblem where it does not have what the change is about. */
export function editText(text: string, change: TextChange): EditedText {
  switch (change.does) {
    case "replace-selection":
      return replaced(text, selected(text, change), change.text);
    case "insert-at-selection":
      return insertAround(text, selected(text, change), change);
    case "insert-at-match":
      return insertAround(text, selectMatch(text, change.search, {}), change);
    case "insert-at-line":
      return insertAround(text, linesRange(text, change.line, change.line), change);
    case "insert-at-end":
      return insertLines(text, change.side === "before" ? 0 : text.length, change.text);
    case "replace-lines":
      return replaced(text, linesRange(text, change.start, change.stop), asLines(change.text));
    case "replace-matches":
      return replaceMatches(text, change);
    case "delete-matching-lines":
      return deleteMatchingLines(text, change);
    case "edit-yaml":
      return editYamlText(text, change.change);
  }
}

function selected(text: string, { selection }: { selection?: TextSelection }): TextRange {
  if (selection) return selectText(text, selection);
  throw new EditProblem("nothing is selected in it");
}

function replaced(text: string, { from, to }: TextRange, by: string): EditedText {
  return { text: text.slice(0, from) + by + text.slice(to), range: { from, to: from + by.length } };
}

function insertAround(
  text: string,
  range: TextRange,
  { text: lines, side }: { text: string; side: "before" | "after" },
): EditedText {
  const starts = lineStarts(text);
  const at =
    side === "before"
      ? (starts[lineAt(starts, range.from)] ?? 0)
      : (starts[lineAt(starts, Math.max(range.from, range.to - 1)) + 1] ?? text.length);
  return insertLines(text, at, lines);
}

function replaceMatches(
  text: string,
  { search, replacement, count }: TextChange & { does: "replace-matches" },
): EditedText {
  const places = count < 0 ? findAll(text, search) : findAll(text, search, count);
  let result = "";
  let end = 0;
  for (const { from, to } of places) {
    result += text.slice(end, from) + replacement;
    end = to;
  }
  const first = places[0]?.from ?? 0;
  return { text: result + text.slice(end), range: { from: first, to: first + replacement.length } };
}

function deleteMatchingLines(
  text: string,
  { search, before, after }: TextChange & { does: "delete-matching-lines" },
): EditedText {
  let result = "";
  let end = 0;
  let first: number | undefined;
  const starts = lineStarts(text);
  for (const place of findAll(text, search)) {
    const { from, to } = aroundRange(text, place, { before, after }, starts);
    if (from < end) continue;
    result += text.slice(end, from);
    first ??= result.length;
    end = text[to] === "\n" ? to + 1 : to;
  }
  return { text: result + text.slice(end), range: { from: first ?? 0, to: first ?? 0 } };
}

function editYamlText(text: string, change: YamlChange): EditedText {
  const edited = editYaml(text, change);
  if (edited === text && change.does !== "set" && change.does !== "replace")
    throw new EditProblem(`nothing of it is changed at ${change.path}`);
  return { text: edited, range: differing(text, edited) };
}

/** What of the other text is not in the one before. */
function differing(before: string, after: string): TextRange {
  const most = Math.min(before.length, after.length);
  let from = 0;
  while (from < most && before[from] === after[from]) from++;
  let end = 0;
  while (end < most - from && before.at(-1 - end) === after.at(-1 - end)) end++;
  return { from, to: after.length - end };
}
