import type { ASTNode, ParseResult, TypeCheckResult } from "@marcbachmann/cel-js";
import type { DeclaredTypes } from "./declared-types.js";
import { executableSource } from "./executable-source.js";
import type { SourceFault } from "./literal-checks.js";
import { walk } from "./literal-checks.js";
import { parseExpression } from "./optional-entries.js";

/** What the library keeps in the nodes of an expression it has checked, and throws where that fails. */
interface CheckedType {
  kind: string;
  name: string;
  valueType?: CheckedType;
}

interface TypeFault extends SourceFault {
  node?: ASTNode | undefined;
}

/** What an expression comes to, or the first thing in it that cannot be. */
export interface TypeVerdict {
  /** As the library names it; `dyn` where nothing certain is known. */
  type: string;
  fault?: SourceFault | undefined;
}

/** What null is never. */
const NEVER_NULL = /^(?:int|uint|double|bool|string|bytes|list<.*>|map<.*>)$/;
/** Faults that the types of fields alone bring about. */
const CERTAIN = new Set([
  "no_such_key",
  "no_such_overload",
  "no_matching_overload",
  "incompatible_ternary_branches",
  "invalid_logical_operand",
  "invalid_index_type",
  "cannot_index_type",
]);

/**
 * Follows the types of an environment's variables through an expression that is known to be valid CEL. What the library refuses and
 * Kubernetes may accept is no fault.
 */
export function checkTypes(source: string, types: DeclaredTypes): TypeVerdict {
  const { environment } = types;
  const parsed = parseExpression(environment, source);
  const [executable, own] = [environment.parse(executableSource(parsed.ast, { isTyped: true })), parsed].map(
    checked,
  );
  if (executable === undefined || own === undefined) return { type: "dyn" };
  if (executable.valid) {
    const fault = own.valid ? undeclaredField(parsed.ast, types) : undefined;
    return { type: executable.type ?? "dyn", fault };
  }
  const error = faultOf(executable.error);
  if (error === undefined || !isCertain(error)) return { type: "dyn" };
  // Places are those of the author's own text, which has a fault of its own where the library knows less than Kubernetes.
  const written = faultOf(own.error);
  const isSame = written?.code === error.code && written.summary === error.summary;
  return {
    type: "dyn",
    fault: placed(isSame ? written : { ...error, node: undefined, range: { start: 0 } }),
  };
}

/** `undefined` where the library cannot follow the types at all. */
function checked(program: ParseResult): TypeCheckResult | undefined {
  try {
    return program.check();
  } catch {
    // An overload that it cannot tell from another: what is wrong then shows when the expression runs.
    return undefined;
  }
}

/** The parts of an error of the library, which only asks for them. */
function faultOf(error: unknown): TypeFault | undefined {
  if (!(error instanceof Error)) return undefined;
  const { code, summary, range, node } = error as unknown as TypeFault;
  return { code, summary, range, node };
}

/**
 * Null stands for an absent object wherever one may be, optional values have rules of their own, and what the library takes out of
 * something dynamic it calls undefined.
 */
function isCertain({ code, summary }: TypeFault): boolean {
  if (!CERTAIN.has(code) || /\boptional\b|\bdyn\b|\bundefined\b/.test(summary)) return false;
  if (!/\bnull\b/.test(summary)) return true;
  const operands = /^no such overload: (.*) (?:==|!=) (.*)$/.exec(summary)?.slice(1) ?? [];
  return operands.some((type) => NEVER_NULL.test(type));
}

function placed(fault: TypeFault): SourceFault {
  const { code, node, summary } = fault;
  const key = /^No such key: (.*)$/.exec(summary);
  // An index of what has none is an operator that does not take it.
  if (code === "cannot_index_type" && node?.op === "[]") return { ...fault, code: "invalid_index_type" };
  if (code === "cannot_index_type" && (node?.op === "." || node?.op === ".?"))
    return { ...fault, range: { start: node.args[0].end } };
  if (code !== "no_such_key" || key === null) return fault;
  const owner = node?.op === "." ? node.args[0] : undefined;
  return {
    code: "undefined_field",
    summary: `undefined field '${key[1]}'`,
    range: { start: owner?.end ?? fault.range.start },
  };
}

/** The first field that is tested for, or asked for as an optional, of an object whose type does not have it. */
function undeclaredField(ast: ASTNode, types: DeclaredTypes): SourceFault | undefined {
  for (const node of walk(ast)) {
    const tested = node.op === "call" && node.args[0] === "has" ? node.args[1][0] : undefined;
    const select = tested ?? (node.op === ".?" ? node : undefined);
    if (select?.op !== "." && select?.op !== ".?") continue;
    const fields = types.fieldsOf(typeOf(select.args[0], types) ?? "");
    if (fields === undefined || fields.has(select.args[1])) continue;
    const start = tested === undefined ? select.args[0].end : node.start + "has".length;
    return { code: "undefined_field", summary: `undefined field '${select.args[1]}'`, range: { start } };
  }
  return undefined;
}

/** The name of a part's type; the library follows none through what a test is about. */
function typeOf(node: ASTNode, types: DeclaredTypes): string | undefined {
  const { checkedType: known } = node as { checkedType?: CheckedType };
  if (known !== undefined) return known.kind === "optional" ? known.valueType?.name : known.name;
  if (node.op !== ".") return undefined;
  return types.fieldsOf(typeOf(node.args[0], types) ?? "")?.get(node.args[1]);
}
