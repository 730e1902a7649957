import { compileErrorText } from "../admission/cel/error-text.js";
import type { TypeBudget } from "../admission/cel/type-budget.js";
import type { JsonObject } from "../api/field-access.js";
import { asText, isRecord, recordAt, recordsAt } from "../api/field-access.js";
import type { FieldErrors } from "../validation/field-errors.js";
import { RuleTypes } from "./rule-types.js";
import { compileRule } from "./validation-rules.js";

/** Schemas within schemas that are looked at; what is nested deeper is left to itself. */
const MAX_DEPTH = 60;

/**
 * Adds what keeps the schema at `path` from being structural, and the rules in it that are no CEL. `budget` is what the whole definition
 * may spend on types; rules beyond it are not judged by them.
 */
export function validateStructural(
  schema: JsonObject,
  { path, budget }: { path: string; budget: TypeBudget },
  errors: FieldErrors,
): void {
  visit(schema, { path, budget, depth: 0 }, errors);
}

interface Place {
  path: string;
  budget: TypeBudget;
  depth: number;
  /** How the place is called where its type is missing; absent at the root, which has words of its own. */
  sort?: "object fields" | "array items";
}

function visit(schema: JsonObject, { path, depth, sort, budget }: Place, errors: FieldErrors): void {
  if (depth > MAX_DEPTH) return;
  if (sort !== undefined && !isOfAnyType(schema) && asText(schema["type"]) === "") {
    errors.required(`${path}.type`, `must not be empty for specified ${sort}`);
  }
  const { additionalProperties, items } = schema;
  validateParts(schema, path, errors);
  const isRoot = depth === 0 || schema["x-kubernetes-embedded-resource"] === true;
  validateRules(schema, { isRoot, path, budget }, errors);
  const next = { budget, depth: depth + 1, sort: "object fields" as const };
  for (const [name, property] of Object.entries(recordAt(schema, "properties") ?? {})) {
    if (isRecord(property)) visit(property, { ...next, path: `${path}.properties[${name}]` }, errors);
  }
  if (isRecord(additionalProperties)) {
    visit(additionalProperties, { ...next, path: `${path}.additionalProperties` }, errors);
  }
  if (isRecord(items)) visit(items, { ...next, sort: "array items", path: `${path}.items` }, errors);
}

/** Judges which parts of a schema stand beside each other. */
function validateParts(schema: JsonObject, path: string, errors: FieldErrors): void {
  const { properties, additionalProperties, items } = schema;
  if (isRecord(properties) && additionalProperties !== undefined && additionalProperties !== false) {
    errors.forbidden(
      `${path}.additionalProperties`,
      "additionalProperties and properties are mutual exclusive",
    );
  }
  const isOpen = schema["x-kubernetes-preserve-unknown-fields"] === true;
  if (schema["x-kubernetes-embedded-resource"] === true && !isOpen && !isRecord(properties)) {
    errors.required(
      `${path}.properties`,
      "must not be empty if x-kubernetes-embedded-resource is true without x-kubernetes-preserve-unknown-fields",
    );
  }
  if (schema["type"] === "array" && items === undefined)
    errors.required(`${path}.items`, "must be specified");
}

function isOfAnyType(schema: JsonObject): boolean {
  return ["x-kubernetes-int-or-string", "x-kubernetes-preserve-unknown-fields"].some(
    (mark) => schema[mark] === true,
  );
}

function validateRules(
  schema: JsonObject,
  { isRoot, path, budget }: { isRoot: boolean; path: string; budget: TypeBudget },
  errors: FieldErrors,
): void {
  const rules = recordsAt(schema, "x-kubernetes-validations");
  const sources = rules.flatMap((rule) => [asText(rule["rule"]), asText(rule["messageExpression"])]);
  const types = new RuleTypes(schema, { isRoot, sources, budget });
  rules.forEach((rule, i) => {
    const field = `${path}.x-kubernetes-validations[${i}]`;
    const [source, message] = [asText(rule["rule"]), asText(rule["messageExpression"])];
    if (source.trim() === "") errors.required(`${field}.rule`, "rule is not specified");
    else {
      const fault = ruleFault(source, { ...EXPRESSIONS.rule, rule, types });
      if (fault !== undefined) return errors.invalid(`${field}.rule`, goRule(rule), fault);
    }
    if (message === "") return;
    if (message.trim() === "") {
      return errors.required(
        `${field}.messageExpression`,
        "messageExpression must be non-empty if specified",
      );
    }
    const fault = ruleFault(message, { ...EXPRESSIONS.message, rule, types });
    if (fault !== undefined) errors.invalid(`${field}.messageExpression`, goRule(rule), fault);
  });
}

/** What the two expressions of a rule must come to, and how a real server begins to say that they do not. */
const EXPRESSIONS = {
  rule: { type: "bool", prefix: "", otherType: "cel expression must evaluate to a bool" },
  message: {
    type: "string",
    prefix: "messageExpression ",
    otherType: "messageExpression must evaluate to a string",
  },
};

interface RuleContext {
  type: string;
  prefix: string;
  otherType: string;
  rule: JsonObject;
  types: RuleTypes;
}

/** What is wrong with an expression of a rule, as a real API server says it. */
function ruleFault(
  source: string,
  { type, prefix, otherType, rule, types }: RuleContext,
): string | undefined {
  try {
    compileRule(source);
    // An old state that may be absent is no object but a box for one.
    const verdict = types.check(source, { isOldOptional: rule["optionalOldSelf"] === true });
    if (verdict.fault !== undefined) return prefix + compileErrorText(source, verdict.fault, () => true);
    return verdict.type === type || verdict.type === "dyn" ? undefined : otherType;
  } catch (error) {
    return prefix + compileErrorText(source, error, () => false);
  }
}

/** The rule as the API's own type has it, with every field. */
function goRule(rule: JsonObject): JsonObject {
  return {
    Rule: rule["rule"],
    Message: rule["message"] ?? "",
    MessageExpression: rule["messageExpression"] ?? "",
    Reason: rule["reason"] ?? null,
    FieldPath: rule["fieldPath"] ?? "",
    OptionalOldSelf: rule["optionalOldSelf"] ?? null,
  };
}
