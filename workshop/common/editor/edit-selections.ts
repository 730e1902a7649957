import type { PageAction } from "../action.js";
import { problemAction } from "../action.js";
import type { TextSelection } from "./edit-text.js";

/**
 * The actions of a page, each that acts on selected text with what the last block before it selects in that file: so it does the
 * same in whichever browser it is clicked, or in none.
 */
export function withSelections(actions: readonly PageAction[]): PageAction[] {
  const selected = new Map<string, TextSelection>();
  return actions.map((action) => {
    const { edit, view, line, container } = action;
    if (edit?.does === "select") selected.set(edit.file, edit.selection);
    if (edit?.does !== "change" || !actsOnSelection(edit.change)) return action;
    const selection = selected.get(edit.file);
    if (selection) return { ...action, edit: { ...edit, change: { ...edit.change, selection } } };
    const why = `no block before it on the page selects text in ${edit.file}`;
    const problem = problemAction({ id: view.step, number: view.number, line }, view.action, why);
    return { ...problem, ...(container !== undefined && { container }) };
  });
}

function actsOnSelection({ does }: { does: string }): boolean {
  return does === "replace-selection" || does === "insert-at-selection";
}
