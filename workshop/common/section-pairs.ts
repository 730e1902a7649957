import type { ActionView } from "./page-view.js";

type Mark = Pick<ActionView, "kind" | "section">;

export interface Sections<T> {
  /** What begins and what ends the same section; a section inside another ends before it. */
  pairs: { begin: T; end: T }[];
  /** Ends that never began. */
  unopened: T[];
  /** Begins that never end, or not before what is around them does. */
  unclosed: T[];
}

/** Finds the sections of a page in its actions, in reading order. */
export function pairSections<T extends Mark>(actions: readonly T[]): Sections<T> {
  const open: T[] = [];
  const sections: Sections<T> = { pairs: [], unopened: [], unclosed: [] };
  for (const action of actions) {
    if (action.kind === "section-begin") open.push(action);
    if (action.kind !== "section-end") continue;
    const at = open.findLastIndex((begun) => nameOf(begun) === nameOf(action));
    const [begin, ...inner] = at < 0 ? [] : open.splice(at);
    if (begin) sections.pairs.push({ begin, end: action });
    else sections.unopened.push(action);
    sections.unclosed.push(...inner);
  }
  sections.unclosed.push(...open);
  return sections;
}

function nameOf({ section }: Mark): string {
  return section?.name ?? "*";
}
