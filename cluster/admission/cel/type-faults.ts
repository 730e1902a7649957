import type { ErrorNode } from "./error-text.js";

interface TypeFault {
  code: string;
  summary: string;
  node: ErrorNode | undefined;
}

/** What the types of an expression's parts bring about, in the words of the API server; `undefined` where it is something else. */
export function typeReason({ code, summary, node }: TypeFault): string | undefined {
  if (code === "invalid_index_type") {
    const [owner, index] = typesOf(node);
    return owner === undefined
      ? undefined
      : `found no matching overload for '_[_]' applied to '(${owner}, ${index})'`;
  }
  if (code === "invalid_logical_operand") {
    const found = /got '(.*)'$/.exec(summary)?.[1];
    return found === undefined ? undefined : `expected type 'bool' but found '${typeText(found)}'`;
  }
  if (code === "cannot_index_type") {
    const found = /'(.*)'/.exec(summary)?.[1];
    return found === undefined ? undefined : `type '${typeText(found)}' does not support field selection`;
  }
  const unary = /^no such overload: ([!-])(\S+)$/.exec(summary);
  return unary
    ? `found no matching overload for '${unary[1]}_' applied to '(${typeText(unary[2] ?? "")})'`
    : undefined;
}

/** The types of a node's parts, where the library has followed them. */
function typesOf(node: ErrorNode | undefined): string[] {
  return partsOf(node).map((part) => typeText(part.checkedType?.name ?? "dyn"));
}

/** A type as Kubernetes prints it, from the name the library gives it. */
export function typeText(name: string): string {
  return name
    .replaceAll(
      /\blist<|\bmap<|\boptional<|\bdyn</g,
      (word) => `${word === "optional<" ? "optional_type" : word.slice(0, -1)}(`,
    )
    .replaceAll(">", ")")
    .replaceAll(/\bgoogle\.protobuf\.(Timestamp|Duration)\b/g, (_, type: string) => type.toLowerCase())
    .replaceAll(/\.__(idx|elem)\b/g, ".@$1");
}

/** The side of a logical operator that is certainly no truth value. */
export function wrongOperand(node: ErrorNode): ErrorNode {
  if (node.op !== "&&" && node.op !== "||") return node;
  return partsOf(node).find((part) => !isTruth(part)) ?? node;
}

function isTruth({ checkedType }: ErrorNode): boolean {
  return ["bool", "dyn"].includes(checkedType?.name ?? "dyn");
}

/** Where the API server has a part of an expression: a field is at the point before it. */
export function expressionPosition(node: ErrorNode): number {
  const [owner] = partsOf(node);
  return node.op === "." && owner !== undefined ? owner.end : node.start;
}

function partsOf(node: ErrorNode | undefined): ErrorNode[] {
  return Array.isArray(node?.args) ? (node.args as ErrorNode[]) : [];
}
