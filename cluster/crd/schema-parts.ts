import type { JsonObject } from "../api/field-access.js";
import { asText, isRecord, recordAt } from "../api/field-access.js";
import { regularExpression } from "../admission/cel/regular-expression.js";
import { validateValue } from "../schema/validate-custom.js";
import { FieldErrors } from "../validation/field-errors.js";
import { validateListType } from "./list-type-rules.js";
import { combined, isSet, validateCombinations } from "./value-validation.js";

/** Keywords of JSON Schema that definitions do not have. */
const UNSUPPORTED = ["definitions", "dependencies", "id", "patternProperties", "additionalItems", "$ref"];
const TYPES = ["array", "boolean", "integer", "number", "object", "string"];
const OPEN = "x-kubernetes-preserve-unknown-fields";
const EMBEDDED = "x-kubernetes-embedded-resource";
const INT_OR_STRING = "x-kubernetes-int-or-string";
const MAX_DEPTH = 60;

/** What is wrong with a schema, by what a real API server goes on to after what. */
export class SchemaErrors {
  /** About keywords by themselves. */
  readonly keywords = new FieldErrors();
  /** What keeps the schema from being structural; of no interest where it cannot even be read as such. */
  readonly structure = new FieldErrors();
  /** About the defaults of a schema that is structural. */
  readonly defaults = new FieldErrors();
  /** Whether there is a keyword that no structural schema has. */
  isUnreadable = false;

  /** All that is told of it, in order. */
  get told(): FieldErrors["list"] {
    if (this.isUnreadable) return this.keywords.list;
    const structure = this.structure.list.toSorted((a, b) => (textOf(a) < textOf(b) ? -1 : 1));
    return [...(structure.length > 0 ? structure : this.defaults.list), ...this.keywords.list];
  }
}

function textOf({ field, detail }: FieldErrors["list"][number]): string {
  return `${field}: ${detail}`;
}

/** Adds what is wrong with the keywords of one schema at `path`, those of what combines in it included. */
export function validateParts(schema: JsonObject, path: string, errors: SchemaErrors): void {
  validateKeywords(schema, path, errors);
  for (const nested of combined(schema, path, { mayMix: false, isShaping: false }))
    validateNestedKeywords(nested, 0, errors);
  const { items, type } = schema;
  const { structure } = errors;
  validateEmbedded(schema, path, structure);
  if (type === "array" && items === undefined) structure.required(`${path}.items`, "must be specified");
  if (schema[INT_OR_STRING] === true)
    for (const name of [OPEN, EMBEDDED])
      if (schema[name] === true)
        structure.invalid(`${path}.${name}`, true, "must be false if x-kubernetes-int-or-string is true");
  validateCombinations(schema, path, structure);
  validateDefault(schema, `${path}.default`, errors.defaults);
}

/** What is wrong with keywords wherever they are. */
function validateKeywords(schema: JsonObject, path: string, errors: SchemaErrors): void {
  const { keywords } = errors;
  const { properties, additionalProperties, items, type } = schema;
  for (const name of UNSUPPORTED) {
    if (schema[name] === undefined) continue;
    errors.isUnreadable = true;
    keywords.forbidden(`${path}.${name}`, `${name} is not supported`);
  }
  if (schema["uniqueItems"] === true) {
    const why = "uniqueItems cannot be set to true since the runtime complexity becomes quadratic";
    keywords.forbidden(`${path}.uniqueItems`, why);
  }
  if (isSet(properties) && additionalProperties !== undefined && additionalProperties !== true) {
    const why = "additionalProperties and properties are mutual exclusive";
    keywords.forbidden(`${path}.additionalProperties`, why);
  }
  if (asText(type) !== "" && !TYPES.includes(asText(type))) keywords.unsupported(`${path}.type`, type, TYPES);
  if (Array.isArray(items)) {
    errors.isUnreadable = true;
    keywords.forbidden(`${path}.items`, "items must be a schema object and not an array");
  }
  if (schema[OPEN] === false) {
    errors.isUnreadable = true;
    keywords.invalid(`${path}.${OPEN}`, false, "must be true or undefined");
  }
  validateListType(schema, path, keywords);
  validatePattern(schema["pattern"], `${path}.pattern`, errors.structure);
}

function validateNestedKeywords(
  { part, path }: { part: JsonObject; path: string },
  depth: number,
  errors: SchemaErrors,
): void {
  if (depth > MAX_DEPTH) return;
  validateKeywords(part, path, errors);
  const named = Object.entries(recordAt(part, "properties") ?? {}).map(
    ([name, property]) => [`properties[${name}]`, property] as const,
  );
  const within = [
    ...combined(part, path, { mayMix: false, isShaping: false }),
    ...[...named, ["items", part["items"]], ["additionalProperties", part["additionalProperties"]]].flatMap(
      ([name, nested]) => (isRecord(nested) ? [{ part: nested, path: `${path}.${String(name)}` }] : []),
    ),
  ];
  for (const nested of within) validateNestedKeywords(nested, depth + 1, errors);
}

function validatePattern(pattern: unknown, field: string, errors: FieldErrors): void {
  if (typeof pattern !== "string" || pattern === "") return;
  try {
    regularExpression(pattern);
  } catch (error) {
    const why = (error as Error).message;
    errors.invalid(field, pattern, `must be a valid regular expression, but isn't: ${why}`);
  }
}

function validateEmbedded(schema: JsonObject, path: string, errors: FieldErrors): void {
  if (schema[EMBEDDED] !== true) return;
  if (schema[OPEN] !== true && !isSet(schema["properties"])) {
    errors.required(
      `${path}.properties`,
      "must not be empty if x-kubernetes-embedded-resource is true without x-kubernetes-preserve-unknown-fields",
    );
  }
  if (schema["additionalProperties"] !== undefined) {
    const why = "must not be used if x-kubernetes-embedded-resource is set";
    errors.forbidden(`${path}.additionalProperties`, why);
  }
  const { type } = schema;
  const why = "must be object if x-kubernetes-embedded-resource is true";
  if (asText(type) === "") errors.required(`${path}.type`, why);
  else if (type !== "object") errors.invalid(`${path}.type`, type, why);
}

/** A default has to be what the schema asks of values. */
function validateDefault(schema: JsonObject, field: string, errors: FieldErrors): void {
  const value = schema["default"];
  if (value === undefined || (value === null && schema["nullable"] === true)) return;
  const own = new FieldErrors();
  try {
    validateValue(value, schema, own);
  } catch {
    // A pattern that is none is told of by itself.
    return;
  }
  for (const { field: within, ...error } of own.list)
    errors.list.push({ ...error, field: within === "" ? field : `${field}.${within}` });
}
