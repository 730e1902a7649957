import { isActionWord, nearestActionWord } from "./action-forms.js";
import { HINT_WORD } from "./hint-word.js";
import { OUTPUT_WORD } from "./output-word.js";
import type { PageProblem } from "./page-problem.js";
import type { Token } from "./markdown.js";
import type { Leaf } from "./page-leaves.js";

/** Fences that are not what they look like: not closed, holding the next one, or read as text. Lines count within the filled text. */
export function fenceProblems(leaves: readonly Leaf[]): PageProblem[] {
  const [only] = leaves;
  if (leaves.length === 1 && only?.kind === "fence" && isPage(only.token)) return [wrapped(only)];
  return leaves.flatMap((leaf) => {
    if (leaf.kind !== "fence") return swallowedFences(leaf);
    const held = heldFence(leaf.token);
    if (held) return [holding(leaf, held)];
    return isClosed(leaf.token) ? mistypedWord(leaf) : [unclosed(leaf)];
  });
}

/** A line of the fence that opens a fence as well: the fence before it was forgotten to be closed. */
export function heldFence({ content, markup }: Token): { word: string; line: number } | undefined {
  const [character = ""] = markup;
  for (const [at, line] of content.split("\n").entries()) {
    const fence = openingFence(line);
    if (fence && fence.word !== "" && fence.character === character && fence.length >= markup.length)
      return { word: fence.word, line: at };
  }
  return undefined;
}

/** Whether Markdown stands in it, whose marks are fewer than its own: as an answer of a program that was pasted whole. */
function isPage({ info, content }: Token): boolean {
  const [word = ""] = info.trim().split(/\s/, 1);
  if (!/^(?:|markdown|md|mdx)$/i.test(word)) return false;
  return content.split("\n").some((line) => /^#{1,6} /.test(line) || openingFence(line) !== undefined);
}

function wrapped({ token, line }: Leaf): PageProblem {
  return {
    severity: "error",
    rule: "swallowed-fence",
    line: line - 1,
    message: `The whole page stands between marks of ${token.markup}, and is shown as code`,
    fix: "Take its first and its last line away",
  };
}

/** With its last line a fence covers one line more than what it holds and its first one. */
export function isClosed({ content, map }: Token): boolean {
  const [from, to] = map ?? [0, 0];
  const held = content.split("\n").length - (content === "" || content.endsWith("\n") ? 1 : 0);
  return to - from > held + 1;
}

/** What the line opens, where it begins as a fence does: behind blanks, quote marks and list marks. */
function openingFence(line: string): { character: string; length: number; word: string } | undefined {
  const found = FENCE.exec(line);
  if (!found) return undefined;
  const marks = found[1] ?? "";
  const info = line.slice(found[0].length).trimStart();
  if (marks.startsWith("`") && info.includes("`")) return undefined;
  const [word = ""] = info.split(/\s/, 1);
  return { character: marks[0] ?? "", length: marks.length, word };
}

const FENCE = /^(?:[ \t>]|[-*+][ \t]|\d{1,9}[.)][ \t])*(`{3,}|~{3,})/;

function swallowedFences({ kind, content, line }: Leaf): PageProblem[] {
  return content.split("\n").flatMap((text, at) => {
    const word = openingFence(text)?.word ?? "";
    return isActionWord(word) || word === HINT_WORD || word === OUTPUT_WORD
      ? [swallowed(word, line + at, kind)]
      : [];
  });
}

const SWALLOWED_FIX = {
  html: "Leave an empty line between the HTML above and the block",
  code: "Indent the block by less than four spaces, or exactly as far as the text of its list item",
  text: "Write the marks of the block on lines of their own",
};

function swallowed(word: string, line: number, kind: Leaf["kind"]): PageProblem {
  return {
    severity: "error",
    rule: "swallowed-fence",
    line,
    message: `The block \`${word}\` is shown as text and cannot be clicked`,
    fix: kind === "fence" ? SWALLOWED_FIX.code : SWALLOWED_FIX[kind],
  };
}

function holding({ token, line }: Leaf, held: { word: string; line: number }): PageProblem {
  const opening = `${token.markup}${token.info.trim()}`;
  return {
    severity: "error",
    rule: "unclosed-fence",
    line: line - 1,
    message: `The block opened with ${opening} is not closed before the block \`${held.word}\` below it, and takes that in`,
    fix: closingFix(token.markup),
  };
}

function unclosed({ token, line }: Leaf): PageProblem {
  return {
    severity: "error",
    rule: "unclosed-fence",
    line: line - 1,
    message: `The block opened with ${token.markup} is not closed, and takes in what follows`,
    fix: closingFix(token.markup),
  };
}

function closingFix(markup: string): string {
  return `Write ${markup} on a line of its own behind it, indented as its first line is`;
}

function mistypedWord({ token, line }: Leaf): PageProblem[] {
  const [word = ""] = token.info.trim().split(/\s/, 1);
  if (isActionWord(word)) return [];
  const meant = /^hints?:?$/i.test(word) && word !== HINT_WORD ? HINT_WORD : nearestActionWord(word);
  const looksLikeAction = /^[a-z][\w-]{0,40}:[a-z][\w-]{0,40}$/.test(word);
  if (meant === undefined && !looksLikeAction) return [];
  const problem: PageProblem = {
    severity: "warning",
    rule: "action",
    line: line - 1,
    message: `The word \`${word}\` looks like an action and is none, so the block is shown as code`,
    fix:
      meant === undefined
        ? "Correct the word, or name a language without a colon"
        : `Write \`${meant}\` if that is meant`,
  };
  return [problem];
}
