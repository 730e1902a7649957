/** What a schema found wrong with a value, as zod tells it. */
export interface SchemaProblem {
  path: readonly PropertyKey[];
  message: string;
  code?: string | undefined;
  /** The type that was wanted. */
  expected?: unknown;
  /** The values that are taken. */
  values?: readonly unknown[];
  /** What has the bound that is not kept. */
  origin?: string;
  minimum?: unknown;
  maximum?: unknown;
  /** Keys below the path that are not known. */
  keys?: readonly string[];
  /** Of a value that may be of several forms, what is wrong with it as each of them. */
  errors?: readonly (readonly SchemaProblem[])[];
}

/** Begins what zod says where a schema of ours says nothing of its own. */
const NOT_OURS = /^(?:Invalid|Too (?:big|small)|Unrecognized key|Number must)/;

const NOUNS: Readonly<Record<string, string>> = {
  string: "a text",
  number: "a number",
  int: "a whole number",
  nan: "a number",
  boolean: "true or false",
  object: "an object",
  record: "an object",
  array: "a list",
  null: "null",
};

/** What is counted of what has a bound. */
const COUNTED: Readonly<Record<string, string>> = {
  string: " characters",
  array: " entries",
  record: " entries",
};

/** In words of ours what was expected and what came; `value` is what the problem is with. What a schema says itself stays as it is. */
export function problemWords(problem: SchemaProblem, value?: unknown): string {
  const { code, message, errors } = problem;
  if (!NOT_OURS.test(message)) return message;
  const came = cameWords(problem, value);
  switch (code) {
    case "invalid_type":
      return `expected ${nounOf(problem.expected)}${came}`;
    case "invalid_value":
      return `expected ${oneOf((problem.values ?? []).map((each) => JSON.stringify(each)))}${came}`;
    case "invalid_union":
      return errors?.length ? unionWords(errors, came) : `cannot be what it is${came}`;
    case "unrecognized_keys":
      return `has no field ${oneOf((problem.keys ?? []).map((each) => JSON.stringify(each)))}`;
    case "too_big":
      return `must have at most ${boundOf(problem.maximum, problem.origin)}`;
    case "too_small":
      return problem.minimum === 1 && problem.origin !== "number"
        ? "must not be empty"
        : `must have at least ${boundOf(problem.minimum, problem.origin)}`;
    default:
      return `cannot be read${came}`;
  }
}

/** The one form that is of the value's type says it best; where none is, all that are taken do. */
function unionWords(forms: readonly (readonly SchemaProblem[])[], came: string): string {
  const isOtherType = ({ code, path }: SchemaProblem) => code === "invalid_type" && path.length === 0;
  const near = forms.filter((form) => !form.some(isOtherType));
  if (near.length > 0) {
    const words = near.map((form) => form.map((each) => problemWords(each)).join("; "));
    return [...new Set(words)].join(", or ");
  }
  const types = forms.flatMap((form) => form.filter(isOtherType).map(({ expected }) => nounOf(expected)));
  return `expected ${oneOf([...new Set(types)])}${came}`;
}

function cameWords({ message, errors }: SchemaProblem, value: unknown): string {
  if (value !== undefined) return `, and ${valueWords(value)} came`;
  const told = [message, ...(errors ?? []).flat().map((each) => each.message)];
  const received = told.map((each) => /, received (\w+)$/.exec(each)?.[1]).find(Boolean);
  if (received === undefined) return "";
  return received === "undefined" ? ", and nothing came" : `, and ${nounOf(received)} came`;
}

/** Values may be secrets, so that only short ones are said again. */
function valueWords(value: unknown): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "a list";
  if (typeof value === "object") return "an object";
  return typeof value === "string" && value.length > MAX_SAID ? "another text" : JSON.stringify(value);
}

const MAX_SAID = 40;

function nounOf(type: unknown): string {
  return NOUNS[String(type)] ?? String(type);
}

function boundOf(bound: unknown, origin = ""): string {
  return `${String(bound)}${COUNTED[origin] ?? ""}`;
}

function oneOf(words: readonly string[]): string {
  return new Intl.ListFormat("en", { type: "disjunction" }).format(words);
}
