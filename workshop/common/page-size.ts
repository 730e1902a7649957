import type { LabPage } from "./lab.js";
import type { Token } from "./markdown.js";
import type { PageProblem } from "./page-problem.js";

/** 256 KiB: thirty times a long page; a larger one is a mistake, and its Markdown would hold up everyone else. */
export const MAX_PAGE_CHARACTERS = 256 * 1024;

/** Ten times what a long page has; the HTML of more would hold up everyone else for seconds. */
const MAX_PAGE_TOKENS = 20_000;

/** Whether only the beginning of the page is read. */
export function isOversize({ source }: LabPage): boolean {
  return source.length > MAX_PAGE_CHARACTERS;
}

/** Whether the page has more pieces than are made into HTML. */
export function isTooCrowded(tokens: readonly Token[]): boolean {
  return tokens.reduce((sum, { children }) => sum + 1 + (children?.length ?? 0), 0) > MAX_PAGE_TOKENS;
}

/** What is told of a page that is too large, or holds too much: one sentence, with what becomes of it. */
export function sizeProblems(page: LabPage, isCrowded: boolean): PageProblem[] {
  const characters = `${page.source.length} characters`;
  const pieces = `more than ${MAX_PAGE_TOKENS} pieces of text and HTML`;
  const message = isCrowded
    ? `The page has ${isOversize(page) ? `${characters}, ` : ""}${pieces}, and is not shown`
    : `The page has ${characters}; only the first ${MAX_PAGE_CHARACTERS} are shown`;
  if (!isCrowded && !isOversize(page)) return [];
  return [{ severity: "error", rule: "page-size", line: page.firstLine, message, fix: "Split the page" }];
}
