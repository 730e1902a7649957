import type { ASTNode, Environment, ParseResult } from "@marcbachmann/cel-js";

/** What stands in a list or map only where it is present: `[?a]`, `{?k: a}`. */
const entries = new WeakSet<ASTNode>();

/** Whether an element of a list, or the key of a map, was written with a question mark before it. */
export function isOptionalEntry(node: ASTNode): boolean {
  return entries.has(node);
}

/**
 * Parses an expression, optional entries of lists and maps included, which the library has no grammar for: their question marks are
 * read as the sign `!`, which binds closer than any operator, and are taken out of the tree again. Places stay as they are written.
 */
export function parseExpression(environment: Environment, source: string): ParseResult {
  const marks = optionalMarks(source);
  if (marks.size === 0) return environment.parse(source);
  const parsed = environment.parse(signed(source, marks));
  unsign(parsed.ast, marks);
  return parsed;
}

function signed(source: string, marks: ReadonlySet<number>): string {
  const parts: string[] = [];
  let at = 0;
  for (const mark of marks) {
    parts.push(source.slice(at, mark), "!");
    at = mark + 1;
  }
  return parts.join("") + source.slice(at);
}

const TOKEN =
  /\s+|\/\/[^\n]*|[rRbB]{0,2}(?:"""[^]*?"""|'''[^]*?'''|"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*')|[A-Za-z_]\w*|[^]/gu;

/** Where question marks begin an element or entry; the rest ask for a field or index, or are of conditions. */
function optionalMarks(source: string): Set<number> {
  const marks = new Set<number>();
  if (!/[[{,]\s*\?/.test(source)) return marks;
  /** Brackets that are open, and whether what is in them are elements or entries. */
  const open: boolean[] = [];
  let before = "";
  for (const { 0: token, index } of source.matchAll(TOKEN)) {
    if (/^(?:\s|\/\/)/.test(token)) continue;
    if (token === "?" && "[{,".includes(before) && open.at(-1) === true) marks.add(index);
    else if (/^[[{(]$/.test(token)) open.push(token === "{" || (token === "[" && !isValue(before)));
    else if (/^[\])}]$/.test(token)) open.pop();
    before = token;
  }
  return marks;
}

/** Behind a value a bracket asks for an element. */
function isValue(token: string): boolean {
  return token !== "in" && /[\w)\]}"']$/.test(token);
}

function unsign(value: unknown, marks: ReadonlySet<number>): void {
  const left: unknown[] = [value];
  while (left.length > 0) {
    const next = left.pop();
    if (Array.isArray(next)) for (const each of next as unknown[]) left.push(each);
    if (!isNode(next)) continue;
    const items: unknown = next.args;
    if (next.op === "list") replaceEach(items as ASTNode[], marks);
    if (next.op === "map") for (const entry of items as [ASTNode, ASTNode][]) replaceEach(entry, marks);
    left.push(items);
  }
}

function replaceEach(items: ASTNode[], marks: ReadonlySet<number>): void {
  for (const [at, item] of items.entries()) items[at] = entryOf(item, marks);
}

function isNode(value: unknown): value is ASTNode {
  return typeof value === "object" && value !== null && "op" in value && "args" in value;
}

/** The element without its sign, which is the first of all there is in it. */
function entryOf(item: ASTNode, marks: ReadonlySet<number>): ASTNode {
  if (item.op === "!_" && marks.has(item.start)) {
    entries.add(item.args);
    return item.args;
  }
  if (!marks.has(item.start)) return item;
  const parts = item.args as ASTNode[];
  const [first] = parts;
  if (Array.isArray(parts) && isNode(first)) {
    parts[0] = entryOf(first, marks);
    entries.delete(parts[0]);
    entries.add(item);
  }
  return item;
}
