import type { PageSummary } from "./api.js";
import type { ActionView } from "./page-view.js";

const WORK: ReadonlySet<ActionView["kind"]> = new Set([
  "execute",
  "execute-all",
  "manual",
  "edit",
  "examine",
  "quiz",
]);

/** Whether a block of this kind is work of the learner's, which is done or left undone; copying, opening and typing into what runs are not. */
export function isWork({ kind }: Pick<ActionView, "kind">): boolean {
  return WORK.has(kind);
}

/** How far a lab is: the steps of its pages, and how many of them are done. */
export function progressOf(
  pages: readonly PageSummary[],
  isDone: (page: string, step: string) => boolean,
): { done: number; steps: number } {
  const done = pages.map((page) => page.steps.filter((step) => isDone(page.name, step)).length);
  return {
    done: done.reduce((sum, count) => sum + count, 0),
    steps: pages.reduce((sum, page) => sum + page.steps.length, 0),
  };
}
