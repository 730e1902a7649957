interface LibraryError {
  code?: string;
  summary?: string;
  message?: string;
  range?: { start: number };
}

/** A compile error as the API server prints it: the reason, the line, and a mark under the column. */
export function compileErrorText(
  source: string,
  error: unknown,
  isFunction: (name: string) => boolean,
): string {
  const { code, summary, message, range } = error as LibraryError;
  const reason = compileReason(code ?? "", summary ?? message ?? String(error), isFunction);
  const before = source.slice(0, range?.start ?? 0).split("\n");
  const line = before.length;
  const column = (before.at(-1)?.length ?? 0) + 1;
  const shown = source.split("\n")[line - 1] ?? "";
  return `compilation failed: ERROR: <input>:${line}:${column}: ${reason}\n | ${shown}\n | ${".".repeat(column - 1)}^`;
}

function compileReason(code: string, summary: string, isFunction: (name: string) => boolean): string {
  const unknown = /^Unknown variable: (.*)$/.exec(summary);
  if (unknown) return `undeclared reference to '${unknown[1]}' (in container '')`;
  const operator = /^no such overload: (.*) (\S+) (.*)$/.exec(summary);
  if (operator)
    return `found no matching overload for '_${operator[2]}_' applied to '(${operator[1]}, ${operator[3]})'`;
  const call = /^found no matching overload for '(?:[^'()]*\.)?(\w+)(\(.*\))'$/.exec(summary);
  if (call?.[1] && !isFunction(call[1])) return `undeclared reference to '${call[1]}' (in container '')`;
  if (call) return `found no matching overload for '${call[1]}' applied to '${call[2]}'`;
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
  return text.replace(/^No such key/, "no such key");
}
