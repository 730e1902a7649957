import type { CompiledExpression, CompiledPolicy, CompiledValidation } from "./compiled-policy.js";

/** The values expressions see, in CEL form. */
export interface Activation {
  object: unknown;
  oldObject: unknown;
  request: unknown;
  namespaceObject: unknown;
  params: unknown;
  authorizer: unknown;
}

/** One validation that does not hold, or could not be worked out. */
export interface Denial {
  message: string;
  /** Absent where the expression failed to run: the API answers Invalid then. */
  reason?: string;
  /** Which validation; 0 where the policy failed as a whole. */
  expressionIndex: number;
  /** `failurePolicy` decides about errors, not about verdicts. */
  isError: boolean;
}

/** Longest text a `messageExpression` may give, as in the API server. */
const MAX_MESSAGE_BYTES = 5 * 1024;

/** What one policy says about one request and one parameter object; nothing where its match conditions leave it out. */
export function evaluatePolicy(policy: CompiledPolicy, activation: Activation): Denial[] {
  const conditionsActivation = withVariables(policy, { ...activation, namespaceObject: null });
  const matched = matchConditions(policy.matchConditions, conditionsActivation);
  if (typeof matched === "string") return [{ message: matched, expressionIndex: 0, isError: true }];
  if (!matched) return [];
  const bindings = withVariables(policy, activation);
  const denials = policy.validations.flatMap((validation, expressionIndex) => {
    const denial = validate(validation, bindings);
    return denial ? [{ ...denial, expressionIndex }] : [];
  });
  return [...denials, ...auditAnnotationErrors(policy, bindings)];
}

/** Whether all conditions hold; the errors' text where none says no and some could not be worked out. */
function matchConditions(conditions: CompiledExpression[], bindings: object): boolean | string {
  const errors: string[] = [];
  for (const condition of conditions) {
    const outcome = evaluate(condition, bindings);
    if ("error" in outcome) errors.push(outcome.error);
    else if (outcome.value === false) return false;
  }
  const distinct = [...new Set(errors)];
  if (distinct.length === 0) return true;
  return distinct.length === 1 ? (distinct[0] ?? "") : `[${distinct.join(", ")}]`;
}

function validate(
  validation: CompiledValidation,
  bindings: object,
): Omit<Denial, "expressionIndex"> | undefined {
  const outcome = evaluate(validation, bindings);
  if ("error" in outcome) return { message: outcome.error, isError: true };
  if (outcome.value === true) return undefined;
  const message = messageFrom(validation.messageExpression, bindings) || validation.message.trim();
  return {
    message: message || `failed expression: ${validation.source.trim()}`,
    reason: validation.reason ?? "Invalid",
    isError: false,
  };
}

/** The expression's text, or "" where it fails, is no text, spans lines or is too long: the API falls back to `message` then. */
function messageFrom(expression: CompiledExpression | undefined, bindings: object): string {
  if (!expression) return "";
  const outcome = evaluate(expression, bindings);
  if ("error" in outcome || typeof outcome.value !== "string") return "";
  const text = outcome.value.trim();
  return text.includes("\n") || Buffer.byteLength(text) > MAX_MESSAGE_BYTES ? "" : text;
}

function auditAnnotationErrors(policy: CompiledPolicy, bindings: object): Denial[] {
  return policy.auditAnnotations.flatMap((annotation) => {
    const outcome = evaluate(annotation, bindings);
    return "error" in outcome ? [{ message: outcome.error, expressionIndex: 0, isError: true }] : [];
  });
}

type Outcome = { value: unknown } | { error: string };

function evaluate({ source, program }: CompiledExpression, bindings: object): Outcome {
  if ("error" in program) return { error: `compilation error: ${program.error}` };
  try {
    return { value: program.evaluate(bindings) };
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return { error: `expression '${source}' resulted in error: ${why}` };
  }
}

/** `variables` computes each one when it is first read, at most once. */
function withVariables(policy: CompiledPolicy, activation: Activation): object {
  const variables: Record<string, unknown> = {};
  const bindings = { ...activation, variables };
  for (const { name, program } of policy.variables) {
    let outcome: Outcome | undefined;
    Object.defineProperty(variables, name, {
      enumerable: true,
      get() {
        outcome ??= variableValue(name, program, bindings);
        if ("error" in outcome) throw new Error(outcome.error);
        return outcome.value;
      },
    });
  }
  return bindings;
}

function variableValue(name: string, program: CompiledExpression["program"], bindings: object): Outcome {
  const quoted = JSON.stringify(name);
  if ("error" in program)
    return { error: `composited variable ${quoted} fails to compile: ${program.error}` };
  try {
    return { value: program.evaluate(bindings) };
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return { error: `composited variable ${quoted} fails to evaluate: ${why}` };
  }
}
