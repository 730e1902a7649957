import type { PageAction } from "./action.js";
import type { ActionView } from "./page-view.js";
import type { Ending } from "./judge-step.js";

const ENDINGS: Partial<Record<ActionView["kind"], Ending>> = {
  "terminal-interrupt": "interrupt",
  "terminal-input": "input",
};

/** The actions of a page, each command with what a later step does to it. */
export function withEndings(actions: readonly PageAction[]): PageAction[] {
  const views = actions.map(({ view }) => view);
  return actions.map((action, at) => {
    const ending = endingOf(views, at);
    return ending === undefined ? action : { ...action, ending };
  });
}

/** What a later block does to the command at this place, if anything: it is meant for the command that was entered last in the same terminal. */
export function endingOf(
  views: readonly Pick<ActionView, "kind" | "terminals">[],
  at: number,
): Ending | undefined {
  const view = views[at];
  const [terminal] = view?.terminals ?? [];
  if (view?.kind !== "execute" || terminal === undefined) return undefined;
  const next = views
    .slice(at + 1)
    .find(({ kind, terminals }) => terminals.includes(terminal) && isTyped(kind));
  return next && ENDINGS[next.kind];
}

function isTyped(kind: ActionView["kind"]): boolean {
  return kind === "execute" || kind === "execute-all" || kind in ENDINGS;
}
