import type { ASTNode } from "@marcbachmann/cel-js";

import { constantFault } from "./constant-faults.js";
import { isOptionalEntry } from "./optional-entries.js";
import { regularExpression } from "./regular-expression.js";
import { clauseFault, parseFormat } from "./string-format.js";

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
    if (node.op === "rcall" && node.args[0] === "format")
      for (const inside of walk(node.args[2])) exempt.add(inside);
    const fault =
      bindingMacro(node) ??
      undeclaredVariable(node, variables) ??
      bigLiteral(node) ??
      badArgument(node) ??
      badFormat(node) ??
      (exempt.has(node) ? undefined : (mixedList(node) ?? mixedMap(node)));
    if (fault) return fault;
  }
  return instantiationFault(ast);
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
  const isGood = VALID_ARGUMENT.get(call)?.(literal.args) ?? true;
  return isGood
    ? undefined
    : { code: "bad_literal", summary: `invalid ${call} argument`, range: { start: literal.start } };
}

const VALID_ARGUMENT = new Map<string, (text: string) => boolean>(
  Object.entries({
    matches: (text: string) => {
      try {
        return Boolean(regularExpression(text));
      } catch {
        // What is wrong with it is not part of the answer.
        return false;
      }
    },
    duration: (text: string) => DURATION.test(text),
    timestamp: (text: string) => !Number.isNaN(Date.parse(text)),
  }),
);

/** A list of literals has one type; the library is told to be lenient because it would refuse dynamic elements too. */
function mixedList(node: ASTNode): SourceFault | undefined {
  if (node.op !== "list") return undefined;
  const given = node.args.find((item) => item.op === "value" && isOptionalEntry(item));
  if (given !== undefined) return notOptional(given);
  const types = node.args.map((item) => (item.op === "value" ? literalType(item.args) : undefined));
  const other = types.findIndex((type) => type !== undefined && type !== types[0]);
  const [first, found] = [types[0], node.args[other]];
  if (first === undefined || !found) return undefined;
  const summary = `expected type '${first}' but found '${types[other]}'`;
  return { code: "mixed_list", summary, range: { start: found.start } };
}

/** What is there whatever happens is no optional entry. */
function notOptional(value: ASTNode): SourceFault {
  const type = literalType(value.args);
  const summary = `expected type 'optional_type(${type})' but found '${type}'`;
  return { code: "mixed_list", summary, range: { start: value.start } };
}

/** The same for keys and values of a map. */
function mixedMap(node: ASTNode): SourceFault | undefined {
  if (node.op !== "map") return undefined;
  const expected: (string | undefined)[] = [];
  for (const entry of node.args) {
    if (isOptionalEntry(entry[0]) && entry[1].op === "value") return notOptional(entry[1]);
    for (const [at, part] of entry.entries()) {
      const type = part.op === "value" ? literalType(part.args) : undefined;
      if (type === "dyn") continue;
      const known = (expected[at] ??= type);
      if (type === undefined || known === type) continue;
      const summary = `expected type '${known}' but found '${type}'`;
      return { code: "mixed_map", summary, range: { start: part.start } };
    }
  }
  return undefined;
}

const MAX_INT = 2n ** 63n - 1n;

function bigLiteral(node: ASTNode): SourceFault | undefined {
  if (node.op !== "value" || typeof node.args !== "bigint" || node.args <= MAX_INT) return undefined;
  // The smallest number is written with a sign that is an operator here.
  const isNegative = node.args === MAX_INT + 1n && node.input.slice(0, node.start).trimEnd().endsWith("-");
  if (isNegative) return undefined;
  return { code: "bad_literal", summary: "invalid int literal", range: { start: node.start } };
}

function literalFault(summary: string, start: number): SourceFault {
  return { code: "bad_literal", summary, range: { start } };
}

/** A format string that is written out is read, and its clauses compared with what is written out of their values. */
function badFormat(node: ASTNode): SourceFault | undefined {
  if (node.op !== "rcall" || node.args[0] !== "format") return undefined;
  const [, template, [list]] = node.args;
  if (template.op !== "value" || typeof template.args !== "string" || list?.op !== "list") return undefined;
  const bracket = Math.max(0, node.input.lastIndexOf("(", list.start));
  try {
    const { clauses } = parseFormat(template.args);
    for (const [index, { verb }] of clauses.entries()) {
      const value = list.args[index];
      if (value === undefined) return literalFault(`index ${index} out of range`, bracket);
      const type = value.op === "value" ? literalType(value.args) : "dyn";
      const why = type === "dyn" ? undefined : clauseFault(verb, type);
      if (why !== undefined) return literalFault(why, value.start);
    }
    const [expected, got] = [clauses.length, list.args.length];
    if (got <= expected) return undefined;
    return literalFault(
      `too many arguments supplied to string.format (expected ${expected}, got ${got})`,
      bracket,
    );
  } catch (error) {
    return literalFault((error as Error).message, bracket);
  }
}

/** What is converted although it is written out is converted when the program is made, and fails there. */
function instantiationFault(ast: ASTNode): SourceFault | undefined {
  for (const node of walk(ast)) {
    const summary = constantFault(node);
    if (summary !== undefined) return { code: "instantiation", summary, range: { start: node.start } };
  }
  return undefined;
}

function literalType(value: unknown): string {
  if (value === null) return "null_type";
  if (value instanceof Uint8Array) return "bytes";
  // Numbers without a sign are objects in the library.
  if (typeof value === "object" && typeof value.valueOf() === "bigint") return "uint";
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
