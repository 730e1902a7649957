import type { CompileFailure, CompileOptions, Program } from "../cel/compile.js";
import { compileExpression } from "../cel/compile.js";
import type { PolicySpec } from "./policy-types.js";

/** One expression of a policy: where it stands, and its program or why it has none. */
export interface CompiledExpression {
  /** Field path, such as `spec.validations[0].expression`. */
  field: string;
  source: string;
  program: Program | CompileFailure;
}

/** The expressions of one generation of a policy. */
export interface CompiledPolicy {
  matchConditions: CompiledExpression[];
  variables: (CompiledExpression & { name: string })[];
  validations: CompiledValidation[];
  auditAnnotations: (CompiledExpression & { key: string })[];
}

export interface CompiledValidation extends CompiledExpression {
  message: string;
  reason: string | undefined;
  messageExpression: CompiledExpression | undefined;
}

/** Compiles every expression of a policy; failures stay beside the ones that compile. */
export function compilePolicy(spec: PolicySpec, hasAuthorizer: boolean): CompiledPolicy {
  const known: Record<string, string> = {};
  const hasParams = Boolean(spec.paramKind);
  const compile = (
    field: string,
    source: string,
    options: Partial<CompileOptions> = {},
  ): CompiledExpression => ({
    field,
    source,
    program: compileExpression(source, { hasParams, hasAuthorizer, variables: { ...known }, ...options }),
  });
  const variables = (spec.variables ?? []).map(({ name, expression }, index) => {
    const compiled = compile(`spec.variables[${index}].expression`, expression);
    known[name] = "error" in compiled.program ? "dyn" : variableType(compiled.program.type);
    return { ...compiled, name };
  });
  return {
    variables,
    matchConditions: (spec.matchConditions ?? []).map(({ expression }, index) =>
      compile(`spec.matchConditions[${index}].expression`, expression, { returnTypes: ["bool"] }),
    ),
    validations: (spec.validations ?? []).map((validation, index) => {
      const path = `spec.validations[${index}]`;
      const text = validation.messageExpression;
      // Real servers keep `authorizer` out of messages.
      const message = text
        ? compile(`${path}.messageExpression`, text, { returnTypes: ["string"], hasAuthorizer: false })
        : undefined;
      return {
        ...compile(`${path}.expression`, validation.expression, { returnTypes: ["bool"] }),
        message: validation.message ?? "",
        reason: validation.reason,
        messageExpression: message,
      };
    }),
    auditAnnotations: (spec.auditAnnotations ?? []).map(({ key, valueExpression }, index) => ({
      ...compile(`spec.auditAnnotations[${index}].valueExpression`, valueExpression, {
        returnTypes: ["string", "null"],
        hasAuthorizer,
      }),
      key,
    })),
  };
}

/** What is certain of a variable by the type its expression comes to; the library names an unbound one by its letter. */
function variableType(type: string): string {
  return /^[A-Z]$|\bdyn\b|\boptional\b/.test(type) ? "dyn" : type;
}

/** The expressions of a policy that do not compile. */
export function* compileFailures(
  policy: CompiledPolicy,
): Generator<CompiledExpression & { program: CompileFailure }> {
  const messages = policy.validations.flatMap(({ messageExpression }) => messageExpression ?? []);
  const all = [
    ...policy.variables,
    ...policy.matchConditions,
    ...policy.validations,
    ...messages,
    ...policy.auditAnnotations,
  ];
  for (const { field, source, program } of all) if ("error" in program) yield { field, source, program };
}
