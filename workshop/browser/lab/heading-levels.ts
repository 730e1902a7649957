/** Levels for headings below a title of level 1, in reading order: nested as before, from 2 on and without leaving one out. */
export function fittingLevels(levels: readonly number[]): number[] {
  const open: number[] = [];
  return levels.map((level) => {
    while (open.length > 0 && (open.at(-1) ?? 0) >= level) open.pop();
    open.push(level);
    return Math.min(6, open.length + 1);
  });
}
