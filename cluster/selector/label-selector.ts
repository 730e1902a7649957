import { badRequest } from "../api/status.js";
import type { NameRule } from "../validation/names.js";
import { labelValue, qualifiedName } from "../validation/names.js";

/** Tells whether an object with these labels is selected. */
export type LabelMatcher = (labels: Readonly<Record<string, string>> | undefined) => boolean;

interface LabelSelector {
  matchLabels?: Record<string, string>;
  matchExpressions?: { key: string; operator: string; values?: string[] }[];
}

interface Requirement {
  key: string;
  operator: string;
  values: string[];
}

const OPERATORS: Record<string, { name: string; takesSet: boolean }> = {
  ["="]: { name: "In", takesSet: false },
  ["=="]: { name: "In", takesSet: false },
  ["!="]: { name: "NotIn", takesSet: false },
  [">"]: { name: "Gt", takesSet: false },
  ["<"]: { name: "Lt", takesSet: false },
  in: { name: "In", takesSet: true },
  notin: { name: "NotIn", takesSet: true },
};
const BINARY_OPERATORS = "in, notin, =, ==, !=, gt, lt";

const TOKEN = /\s*(!=|==|=|!|,|\(|\)|>|<|[^\s,()=!<>]+)/y;

/** Parses the text form (`a=b,c!=d,e in (x,y),!f`); throws 400 where the text is none. */
export function parseLabelSelector(text: string): LabelMatcher {
  const requirements = new SelectorParser(text).parse();
  return (labels = {}) => requirements.every((requirement) => matches(requirement, labels));
}

/** Turns a `metav1.LabelSelector` into a matcher; an absent selector selects nothing, an empty one everything. */
export function labelSelectorMatcher(selector: LabelSelector | undefined): LabelMatcher {
  if (selector === undefined) return () => false;
  const equal = Object.entries(selector.matchLabels ?? {}).map(([key, value]) => ({
    key,
    operator: "In",
    values: [value],
  }));
  const expressions = (selector.matchExpressions ?? []).map(({ key, operator, values }) => ({
    key,
    operator,
    values: values ?? [],
  }));
  const requirements: Requirement[] = [...equal, ...expressions];
  return (labels = {}) => requirements.every((requirement) => matches(requirement, labels));
}

function matches({ key, operator, values }: Requirement, labels: Readonly<Record<string, string>>): boolean {
  const value = Object.hasOwn(labels, key) ? labels[key] : undefined;
  switch (operator) {
    case "In":
      return value !== undefined && values.includes(value);
    case "NotIn":
      return value === undefined || !values.includes(value);
    case "Exists":
      return value !== undefined;
    case "DoesNotExist":
      return value === undefined;
    case "Gt":
      return value !== undefined && Number(value) > Number(values[0]);
    case "Lt":
      return value !== undefined && Number(value) < Number(values[0]);
    default:
      return false;
  }
}

class SelectorParser {
  readonly #tokens: string[];
  #position = 0;

  constructor(text: string) {
    this.#tokens = tokenize(text);
  }

  parse(): Requirement[] {
    const requirements: Requirement[] = [];
    for (;;) {
      const next = this.#peek();
      if (next === undefined) return requirements;
      if (next !== "!" && !isWord(next)) {
        throw badRequest(`found '${next}', expected: !, identifier, or 'end of string'`);
      }
      requirements.push(this.#requirement());
      const separator = this.#take();
      if (separator === undefined) return requirements;
      if (separator !== ",") throw badRequest(`found '${separator}', expected: ',' or 'end of string'`);
      const after = this.#peek();
      if (after !== "!" && !isWord(after)) {
        throw badRequest(`found '${after ?? ""}', expected: identifier after ','`);
      }
    }
  }

  #requirement(): Requirement {
    const isAbsent = this.#peek() === "!";
    if (isAbsent) this.#take();
    const key = this.#word();
    requireRule(qualifiedName, key, "<nil>");
    const next = this.#peek();
    if (next === undefined || next === ",") {
      return { key, operator: isAbsent ? "DoesNotExist" : "Exists", values: [] };
    }
    this.#take();
    const operator = Object.hasOwn(OPERATORS, next) ? OPERATORS[next] : undefined;
    if (operator === undefined) throw failure(`found '${next}', expected: ${BINARY_OPERATORS}`);
    const values = operator.takesSet ? this.#set() : [this.#exactValue()];
    const isNumber = operator.name === "Gt" || operator.name === "Lt";
    values.forEach((value, i) => {
      if (isNumber && !/^[+-]?\d+$/.test(value)) {
        const why = "for 'Gt', 'Lt' operators, the value must be an integer";
        throw failure(`values[${i}]: Invalid value: ${JSON.stringify(value)}: ${why}`);
      }
      requireRule(labelValue, value, `values[${i}][${key}]`);
    });
    return { key, operator: operator.name, values };
  }

  #set(): string[] {
    const open = this.#take();
    if (open !== "(") throw failure(`found '${open ?? ""}' expected: '('`);
    const first = this.#peek();
    if (first === undefined || (first !== "," && first !== ")" && !isWord(first))) {
      throw failure(`found '${first ?? ""}', expected: ',', ')' or identifier`);
    }
    const values = [this.#optionalWord()];
    while (this.#peek() === ",") {
      this.#take();
      values.push(this.#optionalWord());
    }
    const close = this.#take();
    if (close !== ")") throw failure(`found '${close ?? ""}', expected: ',' or ')'`);
    return [...new Set(values)];
  }

  /** Nothing stands for the empty value. */
  #exactValue(): string {
    const next = this.#peek();
    return next === undefined || next === "," ? "" : this.#word();
  }

  #peek(): string | undefined {
    return this.#tokens[this.#position];
  }

  #take(): string | undefined {
    return this.#tokens[this.#position++];
  }

  #word(): string {
    const word = this.#take() ?? "";
    if (!isWord(word)) throw failure(`found '${word}', expected: identifier`);
    return word;
  }

  #optionalWord(): string {
    return isWord(this.#peek()) ? this.#word() : "";
  }
}

function isWord(token: string | undefined): boolean {
  return token !== undefined && token !== "" && !/^[!,()<>=]/.test(token);
}

function requireRule(rule: NameRule, text: string, field: string): void {
  const faults = rule(text);
  if (faults.length === 0) return;
  throw failure(`${field}: Invalid value: ${JSON.stringify(text)}: ${faults.join("; ")}`);
}

function failure(why: string): Error {
  return badRequest(`unable to parse requirement: ${why}`);
}

function tokenize(text: string): string[] {
  const tokens: string[] = [];
  TOKEN.lastIndex = 0;
  while (text.slice(TOKEN.lastIndex).trim() !== "") {
    const match = TOKEN.exec(text);
    if (match?.[1] === undefined) throw badRequest(`unable to parse label selector ${JSON.stringify(text)}`);
    tokens.push(match[1]);
  }
  return tokens;
}
