import type { ASTNode, Environment } from "@marcbachmann/cel-js";
import { plainEnvironment } from "./environment.js";
import { walk } from "./literal-checks.js";

let parser: Environment | undefined;

/** The words of expressions, among which are all fields that they can ask for; none of what is no CEL, or a comment. */
export function wordsOf(sources: readonly string[]): Set<string> {
  return new Set(sources.flatMap((source) => [...walk(parsed(source))].flatMap(wordsIn)));
}

function parsed(source: string): ASTNode | undefined {
  try {
    return (parser ??= plainEnvironment()).parse(source).ast;
  } catch {
    // What cannot be parsed is not checked by types, and told of where it is compiled.
    return undefined;
  }
}

function wordsIn(node: ASTNode): string[] {
  if (node.op === "id") return [node.args];
  if (node.op === "." || node.op === ".?") return [node.args[1]];
  if (node.op !== "[]" && node.op !== "[?]") return [];
  const [, key] = node.args;
  return key.op === "value" && typeof key.args === "string" ? [key.args] : [];
}
