import { isUtf8 } from "node:buffer";
import type { ASTNode } from "@marcbachmann/cel-js";

import { regularExpression } from "./regular-expression.js";

/** Why what is written out cannot be converted or matched by, which shows when the program is made. */
export function constantFault(node: ASTNode): string | undefined {
  return patternFault(node) ?? conversionFault(node);
}

function patternFault(node: ASTNode): string | undefined {
  if (node.op !== "rcall" || !["find", "findAll"].includes(node.args[0])) return undefined;
  const pattern = node.args[2][0];
  if (pattern?.op !== "value" || typeof pattern.args !== "string") return undefined;
  try {
    regularExpression(pattern.args);
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}

function conversionFault(node: ASTNode): string | undefined {
  if (node.op !== "call" || node.args[1].length !== 1) return undefined;
  const [to, [argument]] = node.args;
  const value = argument === undefined ? undefined : constantOf(argument);
  if (typeof value === "string")
    return READS.get(to)?.(value) === false ? `type conversion error from 'string' to '${to}'` : undefined;
  if (to === "string" && value instanceof Uint8Array && !isUtf8(value))
    return "invalid UTF-8 in bytes, cannot convert to string";
  return typeof value === "number" || typeof value === "bigint" ? overflow(to, Number(value)) : undefined;
}

function overflow(to: string, value: number): string | undefined {
  if (to === "int" && !(Math.abs(value) <= 2 ** 63)) return "integer overflow";
  return to === "uint" && !(value >= 0 && value < 2 ** 64) ? "unsigned integer overflow" : undefined;
}

/** What is written out, be it with a sign or as another type. */
function constantOf(node: ASTNode): unknown {
  if (node.op === "value") return node.args;
  if (node.op === "-_") {
    const value = constantOf(node.args);
    return typeof value === "bigint" || typeof value === "number" ? -value : undefined;
  }
  if (node.op !== "call" || node.args[1].length !== 1 || node.args[1][0] === undefined) return undefined;
  const value = constantOf(node.args[1][0]);
  if (node.args[0] === "dyn") return value;
  return node.args[0] === "double" && typeof value === "string" && READS.get("double")?.(value) === true
    ? Number(value)
    : undefined;
}

/** Which texts the conversions take. */
const READS = new Map<string, (text: string) => boolean>(
  Object.entries({
    int: (text: string) => /^[+-]?0*\d{1,19}$/.test(text) && BigInt.asIntN(64, BigInt(text)) === BigInt(text),
    uint: (text: string) => /^0*\d{1,20}$/.test(text) && BigInt.asUintN(64, BigInt(text)) === BigInt(text),
    double: (text: string) =>
      /^[+-]?(?:inf|infinity|nan)$/i.test(text) || (/^\S+$/.test(text) && !Number.isNaN(Number(text))),
    bool: (text: string) =>
      ["1", "t", "true", "TRUE", "True", "0", "f", "false", "FALSE", "False"].includes(text),
  }),
);
