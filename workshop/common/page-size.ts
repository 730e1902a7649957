import type { LabPage } from "./lab.js";
import type { Token } from "./markdown.js";
import type { PageProblem } from "./page-problem.js";

/** 256 KiB: thirty times a long page; a larger one is a mistake, and its Markdown would hold up everyone else. */
export const MAX_PAGE_CHARACTERS = 256 * 1024;

/** Ten times what a long page has; the HTML of more would hold up everyone else for seconds. */
const MAX_PAGE_TOKENS = 20_000;

/** Whether the page has more pieces than are made into HTML. */
export function isTooCrowded(tokens: readonly Token[]): boolean {
  return tokens.reduce((sum, { children }) => sum + 1 + (children?.length ?? 0), 0) > MAX_PAGE_TOKENS;
}

/** What is told of a page of which only the beginning is shown. */
export function oversize(page: LabPage): PageProblem[] {
  if (page.source.length <= MAX_PAGE_CHARACTERS) return [];
  const message = `The page has ${page.source.length} characters; only the first ${MAX_PAGE_CHARACTERS} are shown`;
  return [{ severity: "error", rule: "page-size", line: page.firstLine, message, fix: "Split the page" }];
}

/** What is told of a page that is not shown. */
export function crowded(page: LabPage): PageProblem {
  const message = `The page has more than ${MAX_PAGE_TOKENS} pieces of text and HTML, and is not shown`;
  return { severity: "error", rule: "page-size", line: page.firstLine, message, fix: "Split the page" };
}
