import type { PageAction } from "./action.js";
import type { PageProblem } from "./page-problem.js";
import { pairSections } from "./section-pairs.js";

/** Sections that begin without an end, or end without a beginning. */
export function sectionProblems(actions: readonly PageAction[]): PageProblem[] {
  const marks = actions.map((action) => ({ ...action.view, source: action }));
  const { unopened, unclosed } = pairSections(marks);
  return [
    ...unopened.map(({ source }) => unbalanced(source, "ends but never begins", "section:begin before it")),
    ...unclosed.map(({ source }) => unbalanced(source, "begins but never ends", "section:end after it")),
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
