import { isActionWord } from "./action-forms.js";
import type { PageProblem } from "./compile-page.js";
import type { Token } from "./markdown.js";

/** Finds fences of actions that Markdown reads as something else, most often because an HTML line right above takes them in. Lines count within the text. */
export function swallowedFences(text: string, tokens: readonly Token[]): PageProblem[] {
  const covered = new Set(
    tokens.filter((token) => token.markup.startsWith("`") || token.markup.startsWith("~")).flatMap(linesOf),
  );
  const inHtml = new Set(
    tokens.filter((token) => token.type === "html_block" && token.markup === "").flatMap(linesOf),
  );
  return text.split("\n").flatMap((line, index) => {
    const word = /^[\s>]*(?:[-*+]\s+|\d+[.)]\s+)?(?:`{3,}|~{3,})\s*([a-z][\w:-]*)/.exec(line)?.[1];
    if (!word || !isActionWord(word) || covered.has(index)) return [];
    return [swallowed(word, index + 1, inHtml.has(index))];
  });
}

/** Finds fences that nothing closes: the rest of the page is in them. Lines count within the text. */
export function unclosedFences(text: string, tokens: readonly Token[]): PageProblem[] {
  const lines = text.split("\n");
  return tokens.flatMap((token) => {
    if (!/^(?:`{3,}|~{3,})$/.test(token.markup) || !token.map) return [];
    const [from, to] = token.map;
    const last = lines[to - 1]?.replace(/^[\s>]+/, "").trimEnd() ?? "";
    if (to - 1 > from && last.startsWith(token.markup) && /^(?:`+|~+)$/.test(last)) return [];
    const problem: PageProblem = {
      severity: "error",
      rule: "unclosed-fence",
      line: from + 1,
      message: `The block opened with ${token.markup} is not closed, and takes in what follows`,
      fix: `Write ${token.markup} on a line of its own behind it, indented as its first line is`,
    };
    return [problem];
  });
}

function linesOf(token: Token): number[] {
  const [from, to] = token.map ?? [0, 0];
  return Array.from({ length: to - from }, (_, index) => from + index);
}

function swallowed(word: string, line: number, isInHtml: boolean): PageProblem {
  const fix = isInHtml
    ? "Leave an empty line between the HTML above and the block"
    : "Indent the block by less than four spaces, or exactly as far as the text of its list item";
  return {
    severity: "error",
    rule: "swallowed-fence",
    line,
    message: `The block \`${word}\` is shown as text and cannot be clicked`,
    fix,
  };
}
