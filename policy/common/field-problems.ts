import { problemWords, type SchemaProblem } from "./problem-words.js";

/** Named in one answer: nobody reads more at once, and a body may hold ten thousand wrong fields. */
const MAX_NAMED = 20;

export interface FieldProblem {
  /** As in `spec.input.rules.0.hostname`; empty where all of it is meant. */
  path: string;
  message: string;
}

/**
 * The first 20 of the fields that a schema finds wrong, and all of it in one line that counts the rest; `whole` is what has no path, and `value` what the
 * schema read, so that it can be said what came.
 */
export function fieldProblems(
  issues: readonly SchemaProblem[],
  whole: string,
  value?: unknown,
): { fields: FieldProblem[]; text: string } {
  const fields = issues.slice(0, MAX_NAMED).map((issue) => ({
    path: issue.path.map(String).join("."),
    message: problemWords(issue, valueAt(value, issue.path)),
  }));
  const named = fields.map(({ path, message }) => `${path || whole}: ${message}`);
  const rest = issues.length - fields.length;
  return { fields, text: [...named, ...(rest > 0 ? [`and ${rest} more`] : [])].join("; ") };
}

/** The same of one value without fields, such as a name. */
export function valueProblem(issues: readonly SchemaProblem[]): string {
  return [...new Set(issues.slice(0, MAX_NAMED).map((issue) => problemWords(issue)))].join("; ");
}

function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
  let at = value;
  for (const key of path) {
    if (typeof at !== "object" || at === null || !Object.hasOwn(at, key)) return undefined;
    at = (at as Record<PropertyKey, unknown>)[key];
  }
  return at;
}
