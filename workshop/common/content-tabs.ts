import type { Markdown, StateBlock } from "./markdown-types.js";

/** From here on a line is code; what belongs to a tab is indented as far. */
const INDENT = 4;
/** MkDocs: `=== "Title"`; `===+` is the one that is shown first. */
const TAB = /^===(\+?)[ \t]{1,8}"([^"\n]{1,300})"[ \t]{0,8}$/;
const LONGEST = 400;

interface Tab {
  title: string;
  isFirst: boolean;
  line: number;
  /** The line after its text. */
  to: number;
}

/** Reads tabs of MkDocs that follow each other as one set: boxes that fold, where nothing makes tabs of them. */
export function addContentTabs(markdown: Markdown): void {
  markdown.block.ruler.before("fence", "content_tabs", contentTabs, {
    alt: ["paragraph", "blockquote", "list"],
  });
}

function contentTabs(state: StateBlock, line: number, end: number, silent: boolean): boolean {
  if (!titleAt(state, line)) return false;
  if (silent) return true;
  const tabs = tabsFrom(state, line, end);
  const last = tabs.at(-1);
  if (!last) return false;
  const shown = Math.max(
    0,
    tabs.findIndex(({ isFirst }) => isFirst),
  );
  const within = tabs.map((tab) => ({ ...tab, from: tab.line + 1, indent: INDENT }));
  pushTabs(state, { line, next: last.to, shown }, within);
  state.line = last.to;
  return true;
}

/** A tab of a set, with the lines of its text: from the one, up to the other. */
export interface ContentTab {
  title: string;
  /** The line of its title. */
  line: number;
  from: number;
  to: number;
  /** Columns in front of its text that are no part of it. */
  indent: number;
}

/** Writes a set of tabs that begins on the line; `shown` is the number of the one that is open where nothing makes tabs of them. */
export function pushTabs(
  state: StateBlock,
  { line, next, shown }: { line: number; next: number; shown: number },
  tabs: readonly ContentTab[],
): void {
  const set = state.push("content_tabs_open", "div", 1);
  set.attrSet("class", "tabs");
  set.map = [line, next];
  for (const [at, tab] of tabs.entries()) pushTab(state, tab, at === shown);
  state.push("content_tabs_close", "div", -1);
}

function tabsFrom(state: StateBlock, first: number, end: number): Tab[] {
  const tabs: Tab[] = [];
  for (let line = first; line < end;) {
    const found = titleAt(state, line);
    if (!found) return tabs;
    let to = line + 1;
    let next = to;
    for (; next < end; next++) {
      if (state.isEmpty(next)) continue;
      if ((state.sCount[next] ?? 0) < state.blkIndent + INDENT) break;
      to = next + 1;
    }
    tabs.push({ ...found, line, to });
    line = next;
  }
  return tabs;
}

function titleAt(state: StateBlock, line: number): Pick<Tab, "title" | "isFirst"> | undefined {
  const indent = (state.sCount[line] ?? 0) - state.blkIndent;
  if (indent < 0 || indent >= INDENT) return undefined;
  const from = (state.bMarks[line] ?? 0) + (state.tShift[line] ?? 0);
  const [, mark, title] =
    TAB.exec(state.src.slice(from, Math.min(state.eMarks[line] ?? 0, from + LONGEST))) ?? [];
  return title === undefined ? undefined : { title, isFirst: mark === "+" };
}

function pushTab(state: StateBlock, { title, line, from, to, indent }: ContentTab, isShown: boolean): void {
  const tab = state.push("content_tab_open", "details", 1);
  tab.attrSet("class", "tab");
  if (isShown) tab.attrSet("open", "");
  tab.map = [line, to];
  state.push("content_tab_title_open", "summary", 1).map = [line, line + 1];
  const words = state.push("inline", "", 0);
  words.content = title;
  words.map = [line, line + 1];
  words.children = [];
  state.push("content_tab_title_close", "summary", -1);
  const { blkIndent, lineMax, parentType } = state;
  state.blkIndent += indent;
  state.lineMax = to;
  state.md.block.tokenize(state, from, to);
  Object.assign(state, { blkIndent, lineMax, parentType });
  state.push("content_tab_close", "details", -1);
}
