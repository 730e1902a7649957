/** What a schema found wrong with a value. */
export interface SchemaIssue {
  path: readonly PropertyKey[];
  message: string;
  code?: string | undefined;
  /** Keys below the path that are not known. */
  keys?: readonly string[];
  /** The type that was wanted, or the types. */
  expected?: unknown;
  /** Of a value that may be of several forms, what is wrong with it as each of them. */
  errors?: readonly (readonly SchemaIssue[])[];
  /** Of a key that may not be called so, why. */
  issues?: readonly SchemaIssue[];
}

/** What zod found wrong, in one line: `pages.0.name: expected a string`; with its line where that is known: `line 3, pages.0.name: ...`. */
export function issueText(
  issues: readonly SchemaIssue[],
  lineOf: (issue: SchemaIssue) => number | undefined = () => undefined,
): string {
  return plainIssues(issues)
    .map((issue) => {
      const line = lineOf(issue);
      const where = issue.path.map(String).join(".") || "the whole";
      return `${line === undefined ? "" : `line ${line}, `}${where}: ${issue.message}`;
    })
    .join("; ");
}

/** The issues in words of their own: of a value that fits none of several forms zod itself says only "Invalid input", and of a key "Invalid key". */
export function plainIssues(issues: readonly SchemaIssue[]): SchemaIssue[] {
  return issues.flatMap((issue): SchemaIssue[] => {
    if (issue.issues?.length) {
      const message = plainIssues(issue.issues)
        .map((one) => one.message)
        .join(", or ");
      return [{ ...issue, message: `This key cannot be: ${message}` }];
    }
    return issue.errors?.length ? ofForms(issue, issue.errors) : [issue];
  });
}

/** What is wrong with a value as the form that it was meant as; as every one of them where it is nothing like any. */
function ofForms({ path, message }: SchemaIssue, forms: NonNullable<SchemaIssue["errors"]>): SchemaIssue[] {
  const read = forms.map((form) => plainIssues(form));
  const alike = read.filter((form) => !form.some(isOtherType));
  if (alike.length > 0) {
    const nearest = Math.min(...alike.map(distance));
    const meant = alike.filter((form) => distance(form) === nearest);
    const [only = []] = meant;
    if (meant.length === 1) return only.map((issue) => ({ ...issue, path: [...path, ...issue.path] }));
    return [{ path, message: wordsOf(meant) }];
  }
  const types = read.flatMap((form) => form.filter(isOtherType).flatMap(({ expected }) => expected));
  const received = /received .+$/.exec(read.flat().find(isOtherType)?.message ?? message)?.[0];
  const wanted = new Intl.ListFormat("en", { type: "disjunction" }).format(new Set(types.map(String)));
  return [
    {
      path,
      code: "invalid_type",
      expected: types,
      message: `Invalid input: expected ${wanted}${received === undefined ? "" : `, ${received}`}`,
    },
  ];
}

/** The value itself is of another type: nothing inside of it was looked at. */
function isOtherType({ code, path, expected }: SchemaIssue): boolean {
  return code === "invalid_type" && path.length === 0 && expected !== undefined;
}

/** Keys that are not known count one by one. */
function distance(issues: readonly SchemaIssue[]): number {
  return issues.reduce((sum, { keys }) => sum + (keys?.length ?? 1), 0);
}

function wordsOf(forms: readonly (readonly SchemaIssue[])[]): string {
  const words = forms.map((form) =>
    form
      .map(({ path, message }) => (path.length > 0 ? `${path.map(String).join(".")}: ${message}` : message))
      .join("; "),
  );
  return [...new Set(words)].join(", or ");
}
