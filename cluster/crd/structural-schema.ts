import { compileErrorText } from "../admission/cel/error-text.js";
import type { JsonObject } from "../api/field-access.js";
import { asText, isRecord, recordAt, recordsAt } from "../api/field-access.js";
import type { FieldErrors } from "../validation/field-errors.js";
import { undefinedField } from "./rule-fields.js";
import { compileRule, parseRule } from "./validation-rules.js";

/** Schemas within schemas that are looked at; what is nested deeper is left to itself. */
const MAX_DEPTH = 60;

/** Adds what keeps the schema at `path` from being structural, and the rules in it that are no CEL. */
export function validateStructural(schema: JsonObject, path: string, errors: FieldErrors): void {
  visit(schema, { path, depth: 0 }, errors);
}

interface Place {
  path: string;
  depth: number;
  /** How the place is called where its type is missing; absent at the root, which has words of its own. */
  sort?: "object fields" | "array items";
}

function visit(schema: JsonObject, { path, depth, sort }: Place, errors: FieldErrors): void {
  if (depth > MAX_DEPTH) return;
  if (sort !== undefined && !isOfAnyType(schema) && asText(schema["type"]) === "") {
    errors.required(`${path}.type`, `must not be empty for specified ${sort}`);
  }
  const { properties, additionalProperties, items } = schema;
  if (isRecord(properties) && additionalProperties !== undefined && additionalProperties !== false) {
    errors.forbidden(
      `${path}.additionalProperties`,
      "additionalProperties and properties are mutual exclusive",
    );
  }
  if (schema["type"] === "array" && items === undefined)
    errors.required(`${path}.items`, "must be specified");
  recordsAt(schema, "x-kubernetes-validations").forEach((rule, i) =>
    validateRule(rule, schema, { field: `${path}.x-kubernetes-validations[${i}].rule`, errors }),
  );
  const next = { depth: depth + 1, sort: "object fields" as const };
  for (const [name, property] of Object.entries(recordAt(schema, "properties") ?? {})) {
    if (isRecord(property)) visit(property, { ...next, path: `${path}.properties[${name}]` }, errors);
  }
  if (isRecord(additionalProperties)) {
    visit(additionalProperties, { ...next, path: `${path}.additionalProperties` }, errors);
  }
  if (isRecord(items)) visit(items, { ...next, sort: "array items", path: `${path}.items` }, errors);
}

function isOfAnyType(schema: JsonObject): boolean {
  return ["x-kubernetes-int-or-string", "x-kubernetes-preserve-unknown-fields"].some(
    (mark) => schema[mark] === true,
  );
}

function validateRule(
  rule: JsonObject,
  schema: JsonObject,
  { field, errors }: { field: string; errors: FieldErrors },
): void {
  const source = asText(rule["rule"]);
  if (source.trim() === "") return errors.required(field, "rule is not specified");
  const fault = ruleFault(source, schema, rule["optionalOldSelf"] === true);
  if (fault !== undefined)
    errors.invalid(
      field,
      goRule(rule),
      compileErrorText(source, fault, () => false),
    );
}

function ruleFault(source: string, schema: JsonObject, isOldOptional: boolean): unknown {
  try {
    compileRule(source);
  } catch (error) {
    return error;
  }
  // An old state that may be absent is no object but a box for one.
  return undefinedField(parseRule(source), schema, isOldOptional ? ["self"] : ["self", "oldSelf"]);
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
