import { badRequest } from "../api/status.js";

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
  readonly #text: string;
  #position = 0;

  constructor(text: string) {
    this.#text = text;
    this.#tokens = tokenize(text);
  }

  parse(): Requirement[] {
    const requirements: Requirement[] = [];
    while (this.#position < this.#tokens.length) {
      requirements.push(this.#requirement());
      if (this.#position === this.#tokens.length) break;
      this.#expect(",");
      const next = this.#peek();
      if (next !== undefined && /^[,()<>=]/.test(next)) {
        throw badRequest(`found '${next}', expected: identifier after ','`);
      }
    }
    return requirements;
  }

  #requirement(): Requirement {
    if (this.#peek() === "!") {
      this.#position += 1;
      return { key: this.#word(), operator: "DoesNotExist", values: [] };
    }
    const key = this.#word();
    const operator = this.#peek();
    if (operator === undefined || operator === ",") return { key, operator: "Exists", values: [] };
    this.#position += 1;
    switch (operator) {
      case "=":
      case "==":
        return { key, operator: "In", values: [this.#optionalWord()] };
      case "!=":
        return { key, operator: "NotIn", values: [this.#optionalWord()] };
      case ">":
        return { key, operator: "Gt", values: [this.#word()] };
      case "<":
        return { key, operator: "Lt", values: [this.#word()] };
      case "in":
        return { key, operator: "In", values: this.#set() };
      case "notin":
        return { key, operator: "NotIn", values: this.#set() };
      default:
        throw this.#failure(`found '${operator}', expected: in, notin, =, ==, !=, gt, lt`);
    }
  }

  #set(): string[] {
    this.#expect("(");
    const values = [this.#optionalWord()];
    while (this.#peek() === ",") {
      this.#position += 1;
      values.push(this.#optionalWord());
    }
    this.#expect(")");
    return values;
  }

  #peek(): string | undefined {
    return this.#tokens[this.#position];
  }

  #word(): string {
    const word = this.#optionalWord();
    if (word === "") throw this.#failure(`found '${this.#peek() ?? ""}', expected: identifier`);
    return word;
  }

  #optionalWord(): string {
    const token = this.#peek();
    if (token === undefined || /^[!,()<>=]/.test(token)) return "";
    this.#position += 1;
    return token;
  }

  #expect(token: string): void {
    if (this.#peek() !== token) throw this.#failure(`found '${this.#peek() ?? ""}', expected: '${token}'`);
    this.#position += 1;
  }

  #failure(why: string): Error {
    return badRequest(`unable to parse requirement: ${why} in label selector ${JSON.stringify(this.#text)}`);
  }
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
