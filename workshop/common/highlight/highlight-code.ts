import type { CodePiece, CodeStyle } from "./code-piece.js";
import { type CodeRules, codeRules } from "./code-rules.js";

/** 16 Ki characters: a longer text is no example but a file. */
const MAX_CODE = 16 * 1024;
/** 64 Ki characters of a page: four times what the longest ones show. */
const MAX_CODE_OF_PAGE = 64 * 1024;
/** Each piece is an element of the browser's page. */
const MAX_PIECES_OF_PAGE = 5_000;

/** Tells the pieces of code in a language; `undefined` where it is to be shown in one colour. Never throws. */
export type Highlight = (code: string, language: string) => CodePiece[] | undefined;

/** Highlights the code of one page, all of it together within a budget; what is beyond that, or in an unknown language, is shown in one colour. */
export function pageHighlighter(): Highlight {
  let characters = MAX_CODE_OF_PAGE;
  let pieces = MAX_PIECES_OF_PAGE;
  return (code, language) => {
    const rules = codeRules(language);
    if (!rules || code.length > Math.min(MAX_CODE, characters)) return undefined;
    characters -= code.length;
    const found = codePieces(code, rules, pieces);
    pieces -= found?.length ?? 0;
    return found;
  };
}

/** `undefined` where there are more pieces than allowed. */
function codePieces(code: string, rules: CodeRules, most: number): CodePiece[] | undefined {
  const pieces: CodePiece[] = [];
  for (let at = 0; at < code.length;) {
    const { end, style } = pieceAt(code, at, rules);
    const last = pieces.at(-1);
    if (last && last.style === style) last.text += code.slice(at, end);
    else pieces.push({ text: code.slice(at, end), ...(style && { style }) });
    if (pieces.length > most) return undefined;
    at = end;
  }
  return pieces;
}

function pieceAt(code: string, at: number, rules: CodeRules): { end: number; style: CodeStyle | undefined } {
  for (const { pattern, style, endOf } of rules) {
    pattern.lastIndex = at;
    if (!pattern.test(code) || pattern.lastIndex === at) continue;
    return { end: endOf?.(code, at) ?? pattern.lastIndex, style };
  }
  return { end: at + 1, style: undefined };
}
