import type { ASTNode } from "@marcbachmann/cel-js";

import { regularExpression } from "./regular-expression.js";

/** A fault in the shape the CEL library gives its own. */
export interface SourceFault {
  code: string;
  summary: string;
  range: { start: number };
}

const DURATION = /^[+-]?(?:0|(?:(?:\d+(?:\.\d*)?|\.\d+)(?:ns|us|µs|ms|s|m|h))+)$/;

/** The first fault that Kubernetes finds in literals and undeclared variables, and the CEL library does not look for. */
export function sourceFault(ast: ASTNode, variables: readonly string[]): SourceFault | undefined {
  const exempt = new Set<ASTNode>();
  for (const node of walk(ast)) {
    // The values of a format string are of many types by nature.
    if (node.op === "rcall" && node.args[0] === "format") for (const list of node.args[2]) exempt.add(list);
    const fault =
      bindingMacro(node) ??
      undeclaredVariable(node, variables) ??
      badArgument(node) ??
      (exempt.has(node) ? undefined : mixedList(node));
    if (fault) return fault;
  }
  return undefined;
}

/** Whether the type of an expression is certainly unknown: a plain path into an object, or `dyn()`. */
export function isPlainlyDynamic(node: ASTNode): boolean {
  if (node.op === "call") return node.args[0] === "dyn";
  let root: ASTNode = node;
  while (root.op === "." || root.op === "[]") root = root.args[0];
  return root.op === "id" && ["object", "oldObject", "params"].includes(root.args);
}

/** The library binds names, which Kubernetes has no macro for. */
function bindingMacro(node: ASTNode): SourceFault | undefined {
  if (node.op !== "rcall" || node.args[0] !== "bind") return undefined;
  const receiver = node.args[1];
  if (receiver.op !== "id" || receiver.args !== "cel") return undefined;
  return { code: "unknown_variable", summary: "Unknown variable: cel", range: { start: receiver.start } };
}

function undeclaredVariable(node: ASTNode, known: readonly string[]): SourceFault | undefined {
  if (node.op !== "." || node.args[0].op !== "id" || node.args[0].args !== "variables") return undefined;
  if (known.includes(node.args[1])) return undefined;
  const owner = node.args[0];
  // Without any variable there is no `variables` either.
  return known.length === 0
    ? { code: "unknown_variable", summary: "Unknown variable: variables", range: { start: owner.start } }
    : { code: "undefined_field", summary: `undefined field '${node.args[1]}'`, range: { start: owner.end } };
}

function badArgument(node: ASTNode): SourceFault | undefined {
  const call = node.op === "rcall" ? node.args[0] : node.op === "call" ? node.args[0] : undefined;
  const args = node.op === "rcall" ? node.args[2] : node.op === "call" ? node.args[1] : [];
  const literal = args.at(-1);
  if (call === undefined || literal?.op !== "value" || typeof literal.args !== "string") return undefined;
  const isGood = VALID_ARGUMENT[call]?.(literal.args) ?? true;
  return isGood
    ? undefined
    : { code: "bad_literal", summary: `invalid ${call} argument`, range: { start: literal.start } };
}

const VALID_ARGUMENT: Record<string, (text: string) => boolean> = {
  matches: (text) => {
    try {
      return Boolean(regularExpression(text));
    } catch {
      // What is wrong with it is not part of the answer.
      return false;
    }
  },
  duration: (text) => DURATION.test(text),
  timestamp: (text) => !Number.isNaN(Date.parse(text)),
};

/** A list of literals has one type; the library is told to be lenient because it would refuse dynamic elements too. */
function mixedList(node: ASTNode): SourceFault | undefined {
  if (node.op !== "list") return undefined;
  const types = node.args.map((item) => (item.op === "value" ? literalType(item.args) : undefined));
  const other = types.findIndex((type) => type !== undefined && type !== types[0]);
  const [first, found] = [types[0], node.args[other]];
  if (first === undefined || !found) return undefined;
  const summary = `expected type '${first}' but found '${types[other]}'`;
  return { code: "mixed_list", summary, range: { start: found.start } };
}

function literalType(value: unknown): string {
  if (value === null) return "null_type";
  return (
    { bigint: "int", number: "double", string: "string", boolean: "bool" }[typeof value as string] ?? "dyn"
  );
}

/** The node and all below it, in the order they are written. */
export function* walk(value: unknown): Generator<ASTNode> {
  const left: unknown[] = [value];
  while (left.length > 0) {
    const next = left.pop();
    if (Array.isArray(next)) left.push(...(next as unknown[]).toReversed());
    else if (typeof next === "object" && next !== null && "op" in next && "args" in next) {
      yield next as ASTNode;
      left.push(next.args);
    }
  }
}
