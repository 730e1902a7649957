import { namesAbsentVariable } from "./absent-variables.js";
import { isActionWord } from "./action-forms.js";
import type { Fillings } from "./filled-text.js";
import { type Leaf, lineEnds } from "./page-leaves.js";
import type { PageProblem } from "./page-problem.js";
import type { LineMap } from "./template-page.js";

/** Names without a value and buttons without a place, where a reader would see them. */
export function unfilled(leaves: readonly Leaf[], fillings: Fillings): PageProblem[] {
  return leaves.flatMap((leaf) => {
    const { kind, content, line } = leaf;
    const action = actionOf(leaf);
    let at = 0;
    let current = line;
    return fillings.within(content).flatMap((found): PageProblem[] => {
      current += lineEnds(content.slice(at, found.at), found.at - at);
      at = found.at;
      const { filling } = found;
      // Behind inline code it is a button; where it is not, that is told with the code.
      if (filling.kind === "copy" && kind !== "text") return [strayCopy(current)];
      if (filling.kind !== "missing") return [];
      const { rule, message, fix, written, fidelity } = filling;
      const isLacking = fidelity === "lacking" || namesAbsentVariable(written);
      return [
        {
          severity: "error",
          rule,
          line: current,
          message,
          fix,
          ...(isLacking && { fidelity: "lacking" }),
          ...(action !== undefined && { action }),
        },
      ];
    });
  });
}

/** The word of a fence that is a block. */
function actionOf({ kind, token }: Leaf): string | undefined {
  const [word = ""] = token.info.trim().split(/\s/, 1);
  return kind === "fence" && isActionWord(word) ? word : undefined;
}

/** The problems but for those of lines in comments of HTML, which are no business of anybody's. */
export function outsideComments<Problem extends { line: number }>(
  problems: readonly Problem[],
  text: string,
  leaves: readonly Leaf[],
  lines: LineMap,
): Problem[] {
  if (problems.length === 0) return [];
  const written = text.split("\n");
  const commented = new Set<number>();
  for (const { kind, content, line } of leaves) {
    if (kind !== "html") continue;
    for (const [at, shown] of content.split("\n").entries())
      if (shown.trim() === "" && written[line - 1 + at]?.trim() !== "") commented.add(lines(line + at));
  }
  return problems.filter(({ line }) => !commented.has(line));
}

/** Of a `{{copy}}` that copies nothing. */
export function strayCopy(line: number): PageProblem {
  return {
    severity: "warning",
    rule: "copy",
    line,
    message: "{{copy}} does not follow inline code",
    fix: "Put it right behind the closing back-tick",
  };
}
