import type { Markdown, StateBlock, Token } from "./markdown-types.js";

/** What formulas are written between, on lines of their own. */
const MARKS = "$$";
/** From here on a line is code. */
const INDENT = 4;
/** The language by which browsers know a formula from code, in a paragraph as in a fence. */
const CLASS = "language-math";

/**
 * Reads formulas as GitHub does: between lines of `$$` they are as a fence of the language `math`, and in a paragraph they stand between
 * `` $` `` and `` `$ ``. A `$` alone is the shell's.
 */
export function addFormulas(markdown: Markdown): void {
  markdown.block.ruler.before("fence", "formula", formula, { alt: ["paragraph", "blockquote", "list"] });
  markdown.core.ruler.after("inline", "formulas", (state) => {
    for (const block of state.tokens)
      if (block.type === "inline" && block.children && block.content.includes("$`"))
        markInline(block.children);
  });
}

function formula(state: StateBlock, line: number, end: number, silent: boolean): boolean {
  if (!isMark(state, line)) return false;
  let closing = line + 1;
  while (closing < end && !isMark(state, closing)) {
    if ((state.sCount[closing] ?? 0) < state.blkIndent && !state.isEmpty(closing)) return false;
    closing += 1;
  }
  // Two signs that nothing answers are text.
  if (closing >= end) return false;
  if (silent) return true;
  const fence = state.push("fence", "code", 0);
  fence.info = "math";
  fence.markup = MARKS;
  fence.content = state.getLines(line + 1, closing, state.sCount[line] ?? 0, true);
  fence.map = [line, closing + 1];
  state.line = closing + 1;
  return true;
}

function isMark(state: StateBlock, line: number): boolean {
  const indent = (state.sCount[line] ?? 0) - state.blkIndent;
  if (indent < 0 || indent >= INDENT) return false;
  const from = (state.bMarks[line] ?? 0) + (state.tShift[line] ?? 0);
  return state.src.slice(from, state.eMarks[line]).trimEnd() === MARKS;
}

function markInline(parts: readonly Token[]): void {
  for (const [at, part] of parts.entries()) {
    const [before, after] = [parts[at - 1], parts[at + 1]];
    if (part.type !== "code_inline" || before?.type !== "text" || after?.type !== "text") continue;
    if (!before.content.endsWith("$") || !after.content.startsWith("$")) continue;
    before.content = before.content.slice(0, -1);
    after.content = after.content.slice(1);
    part.attrSet("class", CLASS);
  }
}
