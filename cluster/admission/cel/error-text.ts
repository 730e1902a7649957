import { expressionPosition, typeReason, typeText, wrongOperand } from "./type-faults.js";

interface LibraryError {
  code?: string;
  summary?: string;
  message?: string;
  range?: { start: number };
  node?: ErrorNode;
}

/** A part of an expression as the library leaves it behind, with its type where that was followed. */
export interface ErrorNode {
  op?: string;
  args?: unknown;
  start: number;
  end: number;
  checkedType?: { name: string };
}

/** A compile error as the API server prints it: the reason, the line, and a mark under the column. */
export function compileErrorText(
  source: string,
  error: unknown,
  isFunction: (name: string) => boolean,
): string {
  const { code, summary, message } = error as LibraryError;
  const fault = {
    code: code ?? "",
    summary: summary ?? message ?? String(error),
    node: (error as LibraryError).node,
  };
  if (fault.code === "instantiation") return `program instantiation failed: ${fault.summary}`;
  const reason = typeReason(fault) ?? compileReason(fault.code, fault.summary, isFunction);
  const before = source.slice(0, positionOf(source, error as LibraryError)).split("\n");
  const line = before.length;
  const column = (before.at(-1)?.length ?? 0) + 1;
  const shown = source.split("\n")[line - 1] ?? "";
  return `compilation failed: ERROR: <input>:${line}:${column}: ${reason}\n | ${shown}\n | ${".".repeat(column - 1)}^`;
}

const OVERLOAD_CODES = new Set([
  "no_such_overload",
  "no_matching_overload",
  "incompatible_ternary_branches",
  "invalid_index_type",
]);
const UNARY = new Set(["!_", "-_"]);

/** Where the API server's compiler points: at an operator, at the bracket of a call, else where the fault begins. */
function positionOf(source: string, { code = "", range, node }: LibraryError): number {
  const start = range?.start ?? 0;
  if (code === "invalid_logical_operand" && node) return expressionPosition(wrongOperand(node));
  if (!node?.op || !OVERLOAD_CODES.has(code) || UNARY.has(node.op)) return start;
  const args = node.args as ErrorNode[];
  const position = node.op === "call" ? bracketAfter(source, node.start) : pointBehind(source, node.op, args);
  return position < 0 ? start : position;
}

/** How operators that are not written as they are called begin. */
const SIGNS: Record<string, string> = { "?:": "?", "[]": "[", "[?]": "[" };

/** The bracket of a method call, or an operator behind its left side. */
function pointBehind(source: string, operator: string, [left, right]: ErrorNode[]): number {
  if (operator === "rcall") return right ? bracketAfter(source, right.end) : -1;
  return left ? source.indexOf(SIGNS[operator] ?? operator, left.end) : -1;
}

function bracketAfter(source: string, from: number): number {
  // The receiver may end in brackets of its own: the name of the method comes first.
  const bracket = /^[\s).]*\w*\s*\(/.exec(source.slice(from));
  return bracket ? from + bracket[0].length - 1 : -1;
}

function compileReason(code: string, summary: string, isFunction: (name: string) => boolean): string {
  const unknown = /^Unknown variable: (.*)$/.exec(summary);
  if (unknown) return `undeclared reference to '${unknown[1]}' (in container '')`;
  const predicate = /predicate must return bool, got '(.*)'$/.exec(summary);
  if (predicate) return `expected type 'bool' but found '${typeText(predicate[1] ?? "")}'`;
  const overload = overloadReason(summary) ?? callReason(summary, isFunction);
  if (overload !== undefined) return overload;
  if (summary === "has() invalid argument") return "invalid argument to has() macro";
  return isSyntax(code) ? `Syntax error: ${summary}` : summary;
}

/** Parts whose types no operator takes. */
function overloadReason(summary: string): string | undefined {
  const [, left = "", operator, right = ""] = /^no such overload: (.*) (\S+) (.*)$/.exec(summary) ?? [];
  if (operator !== undefined) {
    const name = operator === "in" ? "@in" : `_${operator}_`;
    return noOverload(name, `(${left}, ${right})`);
  }
  const ternary = /^Ternary branches must have the same type, got '(.*)' and '(.*)'$/.exec(summary);
  return ternary ? noOverload("_?_:_", `(bool, ${ternary[1]}, ${ternary[2]})`) : undefined;
}

/** Parts whose types no function takes, or no function at all. */
function callReason(summary: string, isFunction: (name: string) => boolean): string | undefined {
  const call = /^found no matching overload for '(?:([^'()]*)\.)?(\w+)(\(.*\))'$/.exec(summary);
  if (call === null) return undefined;
  const [, receiver, name = "", args = ""] = call;
  if (!isFunction(name)) return `undeclared reference to '${name}' (in container '')`;
  const namespace = NAMESPACES[receiver ?? ""];
  if (namespace !== undefined) return noOverload(`${namespace}.${name}`, args);
  return noOverload(name, receiver === undefined ? args : `${receiver}.${args}`);
}

function noOverload(name: string, types: string): string {
  return `found no matching overload for '${name}' applied to '${typeText(types)}'`;
}

/** What functions of a namespace are called by, whose constant is of a type of its own to the library. */
const NAMESPACES: Record<string, string> = {
  "kubernetes.Sets": "sets",
  "kubernetes.Lists": "lists",
  "kubernetes.Strings": "strings",
};

function isSyntax(code: string): boolean {
  return (
    code.startsWith("expected_") ||
    code.startsWith("unexpected_") ||
    code.startsWith("invalid_token") ||
    code === ""
  );
}

/** What the library says of a failure, beside what the API server's evaluator says. */
const FAILURES: readonly (readonly [RegExp, string])[] = [
  [/^(?:.*)index out of bounds, index (-?\d+).*$/s, "index out of bounds: $1"],
  [/^(?:no such overload|found no matching overload)(?!: \w+\(list\)$).*$/s, "no such overload"],
  [/^(int|uint|double)\(\) type error: cannot convert.*$/s, "type conversion error from 'string' to '$1'"],
  [/^bool\(\) conversion error: .*$/s, "type conversion error from 'string' to 'bool'"],
  [/^timestamp\(\) requires .*$/s, "type conversion error from 'string' to 'google.protobuf.Timestamp'"],
  [/^Invalid duration string: .*$/s, "type conversion error from 'string' to 'google.protobuf.Duration'"],
  [/^.*unsigned integer overflow.*$/is, "unsigned integer overflow"],
  [/^(?:int\(\) type error: )?integer overflow.*$/s, "integer overflow"],
  [/^modulo by zero/, "modulus by zero"],
  [/^Optional value is not present/, "optional.none() dereference"],
  [/^No such key/, "no such key"],
];

/** What went wrong while an expression ran, in the words of the API server's evaluator. */
export function evaluationErrorText(error: unknown): string {
  const { summary, message } = error as LibraryError;
  const text = summary ?? message ?? String(error);
  for (const [said, means] of FAILURES) if (said.test(text)) return text.replace(said, means);
  return text;
}
