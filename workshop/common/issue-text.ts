/** What a schema found wrong with a value. */
export interface SchemaIssue {
  path: readonly PropertyKey[];
  message: string;
  /** Keys below the path that are not known. */
  keys?: readonly string[];
}

/** What zod found wrong, in one line: `pages.0.name: expected a string`; with its line where that is known: `line 3, pages.0.name: ...`. */
export function issueText(
  issues: readonly SchemaIssue[],
  lineOf: (issue: SchemaIssue) => number | undefined = () => undefined,
): string {
  return issues
    .map((issue) => {
      const line = lineOf(issue);
      const where = issue.path.map(String).join(".") || "the whole";
      return `${line === undefined ? "" : `line ${line}, `}${where}: ${issue.message}`;
    })
    .join("; ");
}
