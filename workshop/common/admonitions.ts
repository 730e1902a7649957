import type { Markdown, StateBlock } from "./markdown-types.js";

/** Kinds of boxes by the names that other tools give them, each the class of its box. */
const BOXES: Readonly<Record<string, string>> = {
  note: "note",
  info: "info",
  tip: "tip",
  important: "important",
  warning: "warning",
  caution: "caution",
  danger: "danger",
  secondary: "note",
  success: "tip",
  abstract: "info",
  summary: "info",
  tldr: "info",
  todo: "info",
  hint: "tip",
  check: "tip",
  done: "tip",
  question: "info",
  help: "info",
  faq: "info",
  attention: "caution",
  failure: "danger",
  fail: "danger",
  missing: "danger",
  error: "danger",
  bug: "danger",
  example: "note",
  quote: "note",
  cite: "note",
};

/** VitePress, and Instruqt: `::: details Title` is folded. */
const FOLDED = "details";
/** Docusaurus: `:::note[Title]`, ended by as many colons. */
const COLONS = /^(:{3,20})[ \t]{0,8}([a-z]{2,20})(?:\[([^\n]{0,300})\]|[ \t]{1,8}([^\n]{1,300}))?[ \t]{0,8}$/;
/** How a line that opens one begins. */
const OPENING = /^(:{3,20})[ \t]{0,8}[a-z]{2,20}(?=[[ \t]|$)/;
/** Of a line that opens one. */
const LONGEST = 400;
/** MkDocs: `!!! note "Title"`, or `???` for one that is folded, with its text indented by four columns. */
const MARKS =
  /^(!!!|\?\?\?\+?)[ \t]{1,8}([a-z]{2,20})(?:[ \t]{1,8}[a-z-]{1,20}){0,4}(?:[ \t]{1,8}"([^"\n]{0,300})")?[ \t]{0,8}$/;
const INDENT = 4;

interface Box {
  className: string;
  title: string;
  /** Whether it can be folded, and is at first. */
  fold?: "open" | "closed";
  /** The lines of its text: from the one, up to the other. */
  from: number;
  to: number;
  /** The line after it. */
  next: number;
  indent: number;
}

/** Reads the boxes of Docusaurus and MkDocs; other words behind such marks stay text. */
export function addAdmonitions(markdown: Markdown): void {
  markdown.block.ruler.before("fence", "admonition", admonition, {
    alt: ["paragraph", "reference", "blockquote", "list"],
  });
}

function admonition(state: StateBlock, line: number, end: number, silent: boolean): boolean {
  if ((state.sCount[line] ?? 0) - state.blkIndent >= INDENT) return false;
  const text = lineAt(state, line);
  const box = text.startsWith(":::") ? colonBox(state, line, end, text) : markBox(state, line, end, text);
  if (!box || silent) return box !== undefined;
  const element = box.fold === undefined ? "div" : "details";
  const open = state.push("admonition_open", element, 1);
  open.attrSet("class", box.className);
  if (box.fold === "open") open.attrSet("open", "");
  open.map = [line, box.next];
  if (box.title !== "") pushTitle(state, box, line);
  readWithin(state, box);
  state.push("admonition_close", element, -1);
  state.line = box.next;
  return true;
}

function lineAt(state: StateBlock, line: number): string {
  return state.src.slice((state.bMarks[line] ?? 0) + (state.tShift[line] ?? 0), state.eMarks[line]);
}

function colonBox(state: StateBlock, line: number, end: number, text: string): Box | undefined {
  const found = COLONS.exec(text.slice(0, LONGEST));
  const [, colons = "", name = "", bracketed, written] = found ?? [];
  const isFolded = name === FOLDED;
  const className = isFolded ? "note" : classOf(name);
  if (!className) return undefined;
  const to = closingLine(state, line + 1, end, colons);
  const title = bracketed ?? written ?? titleOf(name);
  const box: Box = { className, title, from: line + 1, to, next: Math.min(to + 1, end), indent: 0 };
  return isFolded ? { ...box, fold: "closed" } : box;
}

/** Where the box is closed, boxes within it apart; one that never is goes on to the end, as a fence does. */
function closingLine(state: StateBlock, from: number, end: number, colons: string): number {
  let depth = 0;
  for (let at = from; at < end; at++) {
    const text = lineAt(state, at);
    if (!text.startsWith(colons)) continue;
    if (text.trim() === colons && depth-- === 0) return at;
    if (OPENING.exec(text)?.[1] === colons) depth++;
  }
  return end;
}

function markBox(state: StateBlock, line: number, end: number, text: string): Box | undefined {
  const found = MARKS.exec(text);
  const [, marks = "", name = "", written] = found ?? [];
  const className = classOf(name);
  if (!className) return undefined;
  let to = line + 1;
  for (let at = to; at < end; at++) {
    if (state.isEmpty(at)) continue;
    if ((state.sCount[at] ?? 0) < state.blkIndent + INDENT) break;
    to = at + 1;
  }
  const box = { className, title: written ?? titleOf(name), from: line + 1, to, next: to, indent: INDENT };
  return marks === "!!!" ? box : { ...box, fold: marks === "???+" ? "open" : "closed" };
}

function classOf(name: string): string | undefined {
  return Object.hasOwn(BOXES, name) ? BOXES[name] : undefined;
}

function titleOf(name: string): string {
  return name.charAt(0).toUpperCase() + name.slice(1);
}

function pushTitle(state: StateBlock, { title, fold }: Box, line: number): void {
  const [outer, inner] = fold === undefined ? ["p", "strong"] : ["summary", undefined];
  state.push("admonition_title_open", outer, 1).map = [line, line + 1];
  if (inner !== undefined) state.push("strong_open", inner, 1).block = false;
  const words = state.push("inline", "", 0);
  words.content = title;
  words.map = [line, line + 1];
  words.children = [];
  if (inner !== undefined) state.push("strong_close", inner, -1).block = false;
  state.push("admonition_title_close", outer, -1);
}

function readWithin(state: StateBlock, { from, to, indent }: Box): void {
  const { blkIndent, lineMax, parentType } = state;
  state.blkIndent += indent;
  state.lineMax = to;
  state.md.block.tokenize(state, from, to);
  Object.assign(state, { blkIndent, lineMax, parentType });
}
