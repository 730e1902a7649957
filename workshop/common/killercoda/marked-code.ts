/** What stands behind code of Killercoda in double braces: `{{exec}}`, `{{exec interrupt}}`, `{{copy}}`, and `{{execute T2}}` as Katacoda had it. */
export interface CodeMark {
  action: "exec" | "copy" | "open";
  terminal: 1 | 2;
  isInterrupting: boolean;
  /** Where it ends in its line. */
  end: number;
}

const ACTIONS: Readonly<Record<string, CodeMark["action"]>> = {
  exec: "exec",
  execute: "exec",
  copy: "copy",
  open: "open",
};

/** The mark that begins at that place of a line, if one does; `before` is what is to stand right before it. */
export function markAt(line: string, at: number, before = ""): CodeMark | undefined {
  if (!line.startsWith(`${before}{{`, at - before.length)) return undefined;
  const close = line.indexOf("}}", at);
  if (close < 0) return undefined;
  const [, word = "", given = ""] = MARK.exec(line.slice(at + 2, close).trim()) ?? [];
  const action = ACTIONS[word];
  if (action === undefined) return undefined;
  const words = given.split(/[\s,('")]+/);
  return {
    action,
    terminal: words.includes("T2") || words.includes("2") ? 2 : 1,
    isInterrupting: words.includes("interrupt"),
    end: close + 2,
  };
}

/** Its word, and what may stand behind it: `exec interrupt`, `execute T2`, `copy '1'`, `exec('2')`. */
const MARK = /^(\w{1,20})(?=[\s('"]|$)([^]*)$/;

/** What stands behind the closing marks of a fence; undefined where the line does not close it. */
export function afterClosing(marks: string, line: string): string | undefined {
  const text = line.trim();
  const mark = marks.charAt(0);
  let end = 0;
  while (text[end] === mark) end++;
  if (end < marks.length) return undefined;
  const rest = text.slice(end).trimStart();
  return rest === "" || markAt(rest, 0) ? rest : undefined;
}

/** Inline code with a mark behind it. */
export interface MarkedCode extends CodeMark {
  /** As it stands there, blanks and marks of quotations among it. */
  code: string;
  /** Where the mark begins. */
  markedAt: number;
}

/** The marked inline code of a line, in order. Linear: each back-tick is looked at once from each side. */
export function markedCodeOf(line: string): MarkedCode[] {
  return scan(line).found;
}

/** Whether code that begins in the text is not closed in it. */
export function hasOpenCode(text: string): boolean {
  return scan(text).isOpen;
}

function scan(line: string): { found: MarkedCode[]; isOpen: boolean } {
  const found: MarkedCode[] = [];
  let open: Ticks | undefined;
  for (let at = line.indexOf("`"); at >= 0; at = line.indexOf("`", at)) {
    const ticks = runLength(line, at);
    const end = at + ticks;
    if (open?.ticks === ticks) {
      const mark = markAt(line, end) ?? markAt(line, end + 1, " ");
      if (mark) found.push({ ...mark, code: codeBetween(line, open, at), markedAt: end });
      open = undefined;
    } else open ??= { ticks, from: end };
    at = end;
  }
  return { found, isOpen: open !== undefined };
}

interface Ticks {
  ticks: number;
  /** Where the code behind them begins. */
  from: number;
}

/** The first line of a fence, which only one of a quotation is here, is what its code is called. */
function codeBetween(text: string, { ticks, from }: Ticks, end: number): string {
  const code = text.slice(from, end);
  const firstEnd = code.indexOf("\n");
  if (ticks < 3 || firstEnd < 0) return code;
  const before = text.slice(text.lastIndexOf("\n", from) + 1, from - ticks);
  return /^[ \t>]*$/.test(before) ? code.slice(firstEnd) : code;
}

function runLength(line: string, at: number): number {
  let end = at;
  while (line[end] === "`") end++;
  return end - at;
}
