import { withoutComments } from "./html-tags.js";
import type { Token } from "./markdown.js";

/** A piece of a page that holds text, with its place: what a reader may see of it, comments blanked out. */
export interface Leaf {
  kind: "text" | "code" | "fence" | "html";
  token: Token;
  /** As Markdown got it, line by line; comments are blank. */
  content: string;
  /** Line of the filled text on which the content begins, from 1. */
  line: number;
  /** What of the page holds it, such as a list item; absent where nothing does. */
  container?: number;
}

/** The pieces of a page in order. */
export function leavesOf(tokens: readonly Token[]): Leaf[] {
  const leaves: Leaf[] = [];
  const containers: number[] = [];
  // Cells of a table have no place of their own; their row has.
  let at = 0;
  for (const [index, token] of tokens.entries()) {
    at = token.map?.[0] ?? at;
    if (token.nesting > 0) containers.push(index);
    if (token.nesting < 0) containers.pop();
    const leaf = leafOf(token, at + 1);
    const container = containers.at(-1);
    if (leaf) leaves.push({ ...leaf, ...(container !== undefined && { container }) });
  }
  return leaves;
}

function leafOf(token: Token, line: number): Leaf | undefined {
  const { content } = token;
  if (token.type === "inline") return { kind: "text", token, content: withoutComments(content), line };
  if (token.type === "fence") return { kind: "fence", token, content, line: line + 1 };
  if (token.type === "code_block") return { kind: "code", token, content, line };
  if (token.type === "html_block") return { kind: "html", token, content: withoutComments(content), line };
  return undefined;
}

/** The parts of running text, each with the line of the filled text it stands on. */
export function partsOf({ token, line }: Leaf): { part: Token; line: number; at: number }[] {
  let current = line;
  return (token.children ?? []).map((part, at) => {
    const placed = { part, line: current, at };
    if (part.type === "softbreak" || part.type === "hardbreak") current++;
    else if (part.type === "html_inline") current += lineEnds(part.content, part.content.length);
    return placed;
  });
}

/** Tells how many lines end before an offset; offsets are asked for in order, so that the text is read once. */
export function lineEndCounter(text: string): (offset: number) => number {
  let count = 0;
  let next = text.indexOf("\n");
  return (offset) => {
    for (; next >= 0 && next < offset; next = text.indexOf("\n", next + 1)) count++;
    return count;
  };
}

/** How many lines end before the offset. */
export function lineEnds(text: string, offset: number): number {
  let count = 0;
  for (let at = text.indexOf("\n"); at >= 0 && at < offset; at = text.indexOf("\n", at + 1)) count++;
  return count;
}
