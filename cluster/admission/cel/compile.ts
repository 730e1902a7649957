import type { Environment, ParseResult } from "@marcbachmann/cel-js";

import { admissionTypes, withVariables } from "./admission-types.js";
import type { Declarations } from "./environment.js";
import { admissionEnvironment } from "./environment.js";
import { withBudget } from "./evaluation-budget.js";
import { executableSource } from "./executable-source.js";
import { isPlainlyDynamic, sourceFault } from "./literal-checks.js";
import { checkTypes } from "./type-check.js";
import { parseExpression } from "./optional-entries.js";
import { compileErrorText, evaluationErrorText } from "./error-text.js";

/** An expression ready to run. */
export interface Program {
  readonly source: string;
  /** The static type (`bool`, `string`, `dyn`, ...). */
  readonly type: string;
  /** Throws an `Error` whose message is what the API server reports after `resulted in error: `. */
  evaluate(bindings: object): unknown;
}

/** Why an expression does not compile, in the API server's words (`compilation failed: ERROR: <input>:1:1: ...`). */
export interface CompileFailure {
  readonly error: string;
}

export interface CompileOptions extends Declarations {
  /** Names an expression may use behind `variables.`, with the types they are known to have. */
  variables: Readonly<Record<string, string>>;
  /** Types the result may have; a dynamic one passes and is checked when it runs. */
  returnTypes?: readonly string[];
}

/** Compiles one admission expression. */
export function compileExpression(source: string, options: CompileOptions): Program | CompileFailure {
  const environment = admissionEnvironment({
    hasParams: options.hasParams,
    hasAuthorizer: options.hasAuthorizer,
  });
  const failure = (error: unknown): string =>
    compileErrorText(source, error, (name) => functionNames(environment).has(name));
  let program: ParseResult;
  let type: string;
  try {
    const parsed = parseExpression(environment, source);
    const unknown = sourceFault(parsed.ast, Object.keys(options.variables));
    if (unknown) return { error: failure(unknown) };
    program = environment.parse(executableSource(parsed.ast));
    const checked = program.check();
    if (!checked.valid) {
      // The author's own text gives the better position, unless only our rewriting makes it valid CEL.
      const own = parsed.check();
      return { error: failure(own.valid ? checked.error : (own.error ?? checked.error)) };
    }
    type = checked.type ?? "dyn";
    if (options.returnTypes && isPlainlyDynamic(parsed.ast))
      return { error: returnTypeError("dyn", options.returnTypes) };
    const fault = typeFault(source, options);
    if (fault) return { error: failure(fault) };
  } catch (error) {
    return { error: failure(error) };
  }
  const wrongType = typeError(type, options.returnTypes);
  if (wrongType !== undefined) return { error: wrongType };
  return { source, type, evaluate: (bindings) => run(program, bindings) };
}

/** What is of a known type in every request, and cannot be what the expression makes of it. */
const TYPED = /\b(?:request|namespaceObject|variables)\b/;

function typeFault(source: string, { variables, hasParams, hasAuthorizer }: CompileOptions): unknown {
  if (!TYPED.test(source)) return undefined;
  const types = admissionTypes({ hasParams, hasAuthorizer });
  return checkTypes(source, withVariables(types, { ...variables })).fault;
}

function run(program: ParseResult, bindings: object): unknown {
  try {
    return withBudget(() => program({ ...bindings }) as unknown);
  } catch (error) {
    throw new Error(evaluationErrorText(error), { cause: error });
  }
}

let names: ReadonlySet<string> | undefined;

/** The functions of all environments are the same: they differ in variables only. */
function functionNames(environment: Environment): ReadonlySet<string> {
  names ??= new Set(environment.getDefinitions().functions.map(({ name }) => name));
  return names;
}

function typeError(type: string, allowed: readonly string[] | undefined): string | undefined {
  // The library reports an unbound type parameter by its letter.
  const isDynamic = type.startsWith("dyn") || /^[A-Z]$/.test(type);
  if (!allowed || isDynamic || allowed.includes(type)) return undefined;
  return returnTypeError(type, allowed);
}

function returnTypeError(type: string, allowed: readonly string[]): string {
  if (allowed.length === 1) return `must evaluate to ${allowed[0]} but got ${type}`;
  const types = allowed.map((name) => (name === "null" ? "null_type" : name));
  return `must evaluate to one of [${types.join(" ")}] but got ${type}`;
}
