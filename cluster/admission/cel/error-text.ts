interface LibraryError {
  code?: string;
  summary?: string;
  message?: string;
  range?: { start: number };
  node?: ErrorNode;
}

interface ErrorNode {
  op?: string;
  args?: unknown;
  start: number;
  end: number;
}

/** A compile error as the API server prints it: the reason, the line, and a mark under the column. */
export function compileErrorText(
  source: string,
  error: unknown,
  isFunction: (name: string) => boolean,
): string {
  const { code, summary, message } = error as LibraryError;
  const reason = compileReason(code ?? "", summary ?? message ?? String(error), isFunction);
  const before = source.slice(0, positionOf(source, error as LibraryError)).split("\n");
  const line = before.length;
  const column = (before.at(-1)?.length ?? 0) + 1;
  const shown = source.split("\n")[line - 1] ?? "";
  return `compilation failed: ERROR: <input>:${line}:${column}: ${reason}\n | ${shown}\n | ${".".repeat(column - 1)}^`;
}

const OVERLOAD_CODES = new Set(["no_such_overload", "no_matching_overload", "incompatible_ternary_branches"]);

/** Where the API server's compiler points: at an operator, at the bracket of a call, else where the fault begins. */
function positionOf(source: string, { code = "", range, node }: LibraryError): number {
  const start = range?.start ?? 0;
  if (!node?.op || !OVERLOAD_CODES.has(code)) return start;
  const args = node.args as ErrorNode[];
  const position = node.op === "call" ? bracketAfter(source, node.start) : pointBehind(source, node.op, args);
  return position < 0 ? start : position;
}

/** The bracket of a method call, or an operator behind its left side. */
function pointBehind(source: string, operator: string, [left, right]: ErrorNode[]): number {
  if (operator === "rcall") return right ? bracketAfter(source, right.end) : -1;
  return left ? source.indexOf(operator === "?:" ? "?" : operator, left.end) : -1;
}

function bracketAfter(source: string, from: number): number {
  // The receiver may end in brackets of its own: the name of the method comes first.
  const bracket = /^[\s).]*\w*\s*\(/.exec(source.slice(from));
  return bracket ? from + bracket[0].length - 1 : -1;
}

function compileReason(code: string, summary: string, isFunction: (name: string) => boolean): string {
  const unknown = /^Unknown variable: (.*)$/.exec(summary);
  if (unknown) return `undeclared reference to '${unknown[1]}' (in container '')`;
  const operator = /^no such overload: (.*) (\S+) (.*)$/.exec(summary);
  if (operator)
    return `found no matching overload for '_${operator[2]}_' applied to '(${operator[1]}, ${operator[3]})'`;
  const call = /^found no matching overload for '(?:([^'()]*)\.)?(\w+)(\(.*\))'$/.exec(summary);
  if (call?.[2] && !isFunction(call[2])) return `undeclared reference to '${call[2]}' (in container '')`;
  if (call)
    return `found no matching overload for '${call[2]}' applied to '${call[1] ? `${call[1]}.` : ""}${call[3]}'`;
  const ternary = /^Ternary branches must have the same type, got '(.*)' and '(.*)'$/.exec(summary);
  if (ternary)
    return `found no matching overload for '_?_:_' applied to '(bool, ${ternary[1]}, ${ternary[2]})'`;
  if (summary === "has() invalid argument") return "invalid argument to has() macro";
  return isSyntax(code) ? `Syntax error: ${summary}` : summary;
}

function isSyntax(code: string): boolean {
  return (
    code.startsWith("expected_") ||
    code.startsWith("unexpected_") ||
    code.startsWith("invalid_token") ||
    code === ""
  );
}

/** What went wrong while an expression ran, in the words of the API server's evaluator. */
export function evaluationErrorText(error: unknown): string {
  const { summary, message } = error as LibraryError;
  const text = summary ?? message ?? String(error);
  const outOfBounds = /index out of bounds, index (-?\d+)/.exec(text);
  if (outOfBounds) return `index out of bounds: ${outOfBounds[1]}`;
  if (/^(no such overload|found no matching overload)/.test(text)) return "no such overload";
  const conversion = /^(int|uint|double|bool)\(\) type error: /.exec(text);
  if (conversion) return `type conversion error from 'string' to '${conversion[1]}'`;
  return text.replace(/^No such key/, "no such key");
}
