/** Named in one answer: nobody reads more at once, and a body may hold ten thousand wrong fields. */
const MAX_NAMED = 20;

interface Issue {
  path: readonly PropertyKey[];
  message: string;
}

export interface FieldProblem {
  /** As in `spec.input.rules.0.hostname`; empty where all of it is meant. */
  path: string;
  message: string;
}

/** The first 20 of the fields that a schema finds wrong, and all of it in one line that counts the rest; `whole` is what has no path. */
export function fieldProblems(
  issues: readonly Issue[],
  whole: string,
): { fields: FieldProblem[]; text: string } {
  const fields = issues
    .slice(0, MAX_NAMED)
    .map(({ path, message }) => ({ path: path.map(String).join("."), message }));
  const named = fields.map(({ path, message }) => `${path || whole}: ${message}`);
  const rest = issues.length - fields.length;
  return { fields, text: [...named, ...(rest > 0 ? [`and ${rest} more`] : [])].join("; ") };
}
