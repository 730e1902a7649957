import type { ActionView } from "../../../common/page-view.js";

type Kinds = ReadonlySet<ActionView["kind"]>;

/** What the server does at a click; windows, copies and tabs are for whoever reads. */
const REPLAYED: Kinds = new Set([
  "execute",
  "execute-all",
  "terminal-clear",
  "terminal-interrupt",
  "terminal-input",
  "edit",
  "show-file",
  "examine",
]);
const PERSONS: Kinds = new Set(["manual", "quiz"]);

/** The blocks that a replay runs, in their order: those that need nobody, up to the one named, itself included. */
export function replayed(actions: readonly ActionView[], upTo: ActionView): ActionView[] {
  return before(actions, upTo).filter(({ kind }) => REPLAYED.has(kind));
}

/** How many blocks up to there are a person's. */
export function personOnly(actions: readonly ActionView[], upTo: ActionView): number {
  return before(actions, upTo).filter(({ kind }) => PERSONS.has(kind)).length;
}

function before(actions: readonly ActionView[], { step }: ActionView): readonly ActionView[] {
  return actions.slice(0, actions.findIndex((action) => action.step === step) + 1);
}
