import type { PageAction } from "./action.js";
import type { Ending } from "./judge-step.js";

const ENDINGS: Partial<Record<PageAction["view"]["kind"], Ending>> = {
  "terminal-interrupt": "interrupt",
  "terminal-input": "input",
};

/**
 * The actions of a page, each command with what a later step does to it: it is meant for the command that was entered last in the
 * same terminal.
 */
export function withEndings(actions: readonly PageAction[]): PageAction[] {
  return actions.map((action, at) => {
    if (action.view.kind !== "execute") return action;
    const [terminal] = action.view.terminals;
    const next = actions
      .slice(at + 1)
      .find(({ view }) => terminal !== undefined && view.terminals.includes(terminal) && isTyped(view.kind));
    const ending = next && ENDINGS[next.view.kind];
    return ending === undefined ? action : { ...action, ending };
  });
}

function isTyped(kind: PageAction["view"]["kind"]): boolean {
  return kind === "execute" || kind === "execute-all" || kind in ENDINGS;
}
