const CONTEXT = 3;

/** The lines of the one value that are not in the other, of both as indented JSON, with three lines around them. */
export function unifiedDiff(before: unknown, after: unknown): string {
  const [a, b] = [before, after].map((value) => JSON.stringify(value, null, 1).split("\n")) as [
    string[],
    string[],
  ];
  const changes = changedRuns(a, b);
  if (changes.length === 0) return "";
  const hunks = groupRuns(changes, a.length);
  return hunks.map((hunk) => hunkText(hunk, a, b)).join("");
}

/** Lines `[from, to)` of the one text that are `[start, end)` of the other. */
interface Run {
  from: number;
  to: number;
  start: number;
  end: number;
}

/** The runs that differ, by the longest common sequence of lines. */
function changedRuns(a: string[], b: string[]): Run[] {
  const lengths = commonLengths(a, b);
  const runs: Run[] = [];
  let [i, j] = [0, 0];
  const at = (x: number, y: number): number => lengths[x]?.[y] ?? 0;
  while (i < a.length || j < b.length) {
    if (i < a.length && j < b.length && a[i] === b[j]) {
      [i, j] = [i + 1, j + 1];
      continue;
    }
    const run = { from: i, to: i, start: j, end: j };
    while ((i < a.length || j < b.length) && !(i < a.length && j < b.length && a[i] === b[j])) {
      if (j >= b.length || (i < a.length && at(i + 1, j) >= at(i, j + 1))) i += 1;
      else j += 1;
    }
    runs.push({ ...run, to: i, end: j });
  }
  return runs;
}

function commonLengths(a: string[], b: string[]): number[][] {
  const lengths = Array.from({ length: a.length + 1 }, () => Array.from({ length: b.length + 1 }, () => 0));
  for (let i = a.length - 1; i >= 0; i -= 1) {
    for (let j = b.length - 1; j >= 0; j -= 1) {
      const row = lengths[i] ?? [];
      const next = lengths[i + 1] ?? [];
      row[j] = a[i] === b[j] ? (next[j + 1] ?? 0) + 1 : Math.max(next[j] ?? 0, row[j + 1] ?? 0);
    }
  }
  return lengths;
}

/** Runs whose surroundings touch are told together. */
function groupRuns(runs: Run[], lines: number): Run[][] {
  const groups: Run[][] = [];
  for (const run of runs) {
    const last = groups.at(-1)?.at(-1);
    if (last !== undefined && run.from - last.to <= 2 * CONTEXT && lines > 0) groups.at(-1)?.push(run);
    else groups.push([run]);
  }
  return groups;
}

function hunkText(runs: Run[], a: string[], b: string[]): string {
  const [first, last] = [runs[0], runs.at(-1)];
  if (first === undefined || last === undefined) return "";
  const before = Math.min(CONTEXT, first.from);
  const after = Math.min(CONTEXT, a.length - last.to);
  const [from, to] = [first.from - before, last.to + after];
  const [start, end] = [first.start - before, last.end + after];
  const lines: string[] = [];
  let i = from;
  for (const run of runs) {
    for (; i < run.from; i += 1) lines.push(` ${a[i] ?? ""}`);
    for (; i < run.to; i += 1) lines.push(`-${a[i] ?? ""}`);
    for (let j = run.start; j < run.end; j += 1) lines.push(`+${b[j] ?? ""}`);
  }
  for (; i < to; i += 1) lines.push(` ${a[i] ?? ""}`);
  return `@@ -${range(from, to)} +${range(start, end)} @@\n${lines.map((line) => `${line}\n`).join("")}`;
}

function range(from: number, to: number): string {
  const length = to - from;
  if (length === 1) return String(from + 1);
  return `${length === 0 ? from : from + 1},${length}`;
}
