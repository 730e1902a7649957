import type { ActionView } from "../../common/api.js";

/** Steps that begin and end the same section, innermost first; a begin without its end stays open. */
export function pairSections(
  actions: readonly Pick<ActionView, "step" | "kind" | "section">[],
): { begin: string; end: string }[] {
  const open: { step: string; name: string }[] = [];
  const pairs: { begin: string; end: string }[] = [];
  for (const action of actions) {
    const name = action.section?.name ?? "*";
    if (action.kind === "section-begin") open.push({ step: action.step, name });
    if (action.kind !== "section-end") continue;
    const at = open.findLastIndex((begun) => begun.name === name);
    const begun = open[at];
    if (!begun) continue;
    pairs.push({ begin: begun.step, end: action.step });
    open.length = at;
  }
  return pairs;
}
