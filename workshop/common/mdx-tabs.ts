import { type ContentTab, pushTabs } from "./content-tabs.js";
import type { Markdown, StateBlock } from "./markdown-types.js";

/** Lines of code that only a site generator of React needs. */
const IMPORT = /^import [A-Za-z]{1,40} from ["']@theme\/(?:Tabs|TabItem)["'];?[ \t]{0,8}$/;
/** A tag of tabs may go on over so many lines. */
const MAX_TAG_LINES = 40;
const MAX_TAG_CHARACTERS = 4_000;

/** Reads the tabs of Docusaurus: `<Tabs>` around `<TabItem value="go" label="Go">`, each tag at the beginning of its line. */
export function addMdxTabs(markdown: Markdown): void {
  markdown.block.ruler.before("fence", "mdx_tabs", mdxTabs, {
    alt: ["paragraph", "reference", "blockquote", "list"],
  });
}

function mdxTabs(state: StateBlock, line: number, end: number, silent: boolean): boolean {
  const text = lineAt(state, line);
  if (IMPORT.test(text)) {
    if (!silent) state.line = line + 1;
    return true;
  }
  if (!/^<Tabs(?=[\s>]|$)/.test(text)) return false;
  const opening = tagFrom(state, line, end);
  const close = closingLine(state, line);
  if (!opening || close === undefined || close >= end || lineAt(state, close) !== "</Tabs>") return false;
  const tabs = itemsIn(state, opening, close);
  if (tabs.length === 0) return false;
  if (silent) return true;
  const wanted = /\bdefaultValue="([^"]{1,300})"/.exec(opening.text)?.[1];
  const shown = tabs.findIndex(({ value, isFirst }) => (wanted === undefined ? isFirst : value === wanted));
  pushTabs(state, { line, next: close + 1, shown: Math.max(0, shown) }, tabs);
  state.line = close + 1;
  return true;
}

function lineAt(state: StateBlock, line: number): string {
  const from = (state.bMarks[line] ?? 0) + (state.tShift[line] ?? 0);
  return state.src.slice(from, Math.min(state.eMarks[line] ?? 0, from + MAX_TAG_CHARACTERS)).trimEnd();
}

interface TagLines {
  text: string;
  /** The line after it. */
  next: number;
}

/** The tag that begins on the line, up to the line that ends with `>`. */
function tagFrom(state: StateBlock, line: number, end: number): TagLines | undefined {
  let text = "";
  for (let at = line; at < Math.min(end, line + MAX_TAG_LINES); at++) {
    text += `${lineAt(state, at)}\n`;
    if (text.length > MAX_TAG_CHARACTERS) return undefined;
    if (text.endsWith(">\n") && !text.endsWith("=>\n")) return { text, next: at + 1 };
  }
  return undefined;
}

/** Of each document the line on which each tag of tabs is closed: looked for once, however many are open. */
const closings = new WeakMap<object, ReadonlyMap<number, number>>();

function closingLine(state: StateBlock, line: number): number | undefined {
  const known = closings.get(state.env) ?? pairedLines(state.src);
  closings.set(state.env, known);
  return known.get(line);
}

/** A tag at the beginning of its line, within quotations too. */
const TAG = /^[\s>]{0,200}<(\/?)(Tabs|TabItem)(?=[\s>]|$)/;

function pairedLines(source: string): Map<number, number> {
  const pairs = new Map<number, number>();
  const open: { name: string; line: number }[] = [];
  for (const [line, text] of source.split("\n").entries()) {
    const [, isEnd, name = ""] = TAG.exec(text) ?? [];
    if (isEnd === undefined) continue;
    if (isEnd === "") open.push({ name, line });
    else if (open.at(-1)?.name === name) pairs.set(open.pop()?.line ?? line, line);
  }
  return pairs;
}

function itemsIn(
  state: StateBlock,
  opening: TagLines,
  end: number,
): (ContentTab & { value: string | undefined; isFirst: boolean })[] {
  const labels = labelsIn(opening.text);
  const items: ReturnType<typeof itemsIn> = [];
  for (let line = opening.next; line < end; line++) {
    if (!/^<TabItem(?=[\s>]|$)/.test(lineAt(state, line))) continue;
    const tag = tagFrom(state, line, end);
    const close = closingLine(state, line);
    if (!tag || close === undefined || lineAt(state, close) !== "</TabItem>") return [];
    const value = attributeIn(tag.text, "value");
    const title =
      attributeIn(tag.text, "label") ?? labels.get(value ?? "") ?? value ?? String(items.length + 1);
    const isFirst = /\sdefault(?=[\s>=])/.test(tag.text);
    const inside = { line, from: tag.next, to: close };
    items.push({ title, value, isFirst, ...inside, indent: indentOf(state, inside) });
    line = close;
  }
  return items;
}

function attributeIn(tag: string, name: string): string | undefined {
  return new RegExp(`\\s${name}=(?:\\{?["']([^"'\\n]{1,300})["']\\}?)`).exec(tag)?.[1];
}

/** `values={[{label: 'Apple', value: 'apple'}]}`: titles by value. */
function labelsIn(tag: string): Map<string, string> {
  return new Map(
    [...tag.matchAll(/\{([^{}]{1,600})\}/g)].flatMap(([, fields = ""]) => {
      const field = (name: string) =>
        new RegExp(`\\b${name}:[ \\t]{0,8}["']([^"'\\n]{1,300})["']`).exec(fields)?.[1];
      const [value, label] = [field("value"), field("label")];
      return value === undefined || label === undefined ? [] : [[value, label] as const];
    }),
  );
}

/** How far all of its lines are indented: formatters do that, and it means nothing. */
function indentOf(state: StateBlock, { from, to }: Pick<ContentTab, "from" | "to">): number {
  let least = Number.POSITIVE_INFINITY;
  for (let at = from; at < to; at++)
    if (!state.isEmpty(at)) least = Math.min(least, (state.sCount[at] ?? 0) - state.blkIndent);
  return Number.isFinite(least) ? Math.max(0, least) : 0;
}
