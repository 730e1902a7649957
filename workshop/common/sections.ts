import type { PageAction } from "./action.js";
import type { PageProblem } from "./compile-page.js";

/** Sections that begin without an end, or end without a beginning. */
export function sectionProblems(actions: readonly PageAction[]): PageProblem[] {
  const open: PageAction[] = [];
  const problems: PageProblem[] = [];
  for (const action of actions) {
    if (action.view.kind === "section-begin") open.push(action);
    if (action.view.kind !== "section-end") continue;
    const begun = open.findLastIndex((begin) => begin.view.section?.name === action.view.section?.name);
    if (begun >= 0) open.splice(begun, 1);
    else problems.push(unbalanced(action, "ends but never begins", "section:begin before it"));
  }
  return [
    ...problems,
    ...open.map((action) => unbalanced(action, "begins but never ends", "section:end after it")),
  ];
}

function unbalanced(action: PageAction, what: string, lacking: string): PageProblem {
  const message = `The section "${action.view.section?.name ?? ""}" ${what}`;
  return {
    severity: "error",
    rule: "section",
    line: action.line,
    message,
    fix: `Add a ${lacking} with the same name`,
  };
}
