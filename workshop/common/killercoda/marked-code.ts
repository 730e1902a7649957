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

/** The mark that begins at that place of a line, if one does. */
export function markAt(line: string, at: number): CodeMark | undefined {
  if (!line.startsWith("{{", at)) return undefined;
  const close = line.indexOf("}}", at);
  if (close < 0) return undefined;
  const [word = "", ...rest] = line
    .slice(at + 2, close)
    .trim()
    .split(/\s+/);
  const action = ACTIONS[word];
  if (action === undefined) return undefined;
  return {
    action,
    terminal: rest.includes("T2") ? 2 : 1,
    isInterrupting: rest.includes("interrupt"),
    end: close + 2,
  };
}

/** Inline code with a mark behind it. */
export interface MarkedCode extends CodeMark {
  code: string;
  /** Where the mark begins. */
  markedAt: number;
}

/** The marked inline code of a line, in order. Linear: each back-tick is looked at once from each side. */
export function markedCodeOf(line: string): MarkedCode[] {
  const found: MarkedCode[] = [];
  let open: { ticks: number; from: number } | undefined;
  for (let at = line.indexOf("`"); at >= 0; at = line.indexOf("`", at)) {
    const ticks = runLength(line, at);
    const end = at + ticks;
    if (open?.ticks === ticks) {
      const mark = markAt(line, end);
      if (mark) found.push({ ...mark, code: line.slice(open.from, at).trim(), markedAt: end });
      open = undefined;
    } else open ??= { ticks, from: end };
    at = end;
  }
  return found;
}

function runLength(line: string, at: number): number {
  let end = at;
  while (line[end] === "`") end++;
  return end - at;
}
