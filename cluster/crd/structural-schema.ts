import { compileErrorText } from "../admission/cel/error-text.js";
import type { TypeBudget } from "../admission/cel/type-budget.js";
import type { JsonObject } from "../api/field-access.js";
import { asText, isRecord, recordAt, recordsAt } from "../api/field-access.js";
import type { FieldErrors } from "../validation/field-errors.js";
import { RuleTypes } from "./rule-types.js";
import { ruleProblems } from "./rule-problems.js";
import { SchemaErrors, validateParts } from "./schema-parts.js";
import { compileRule, isRuleFunction } from "./validation-rules.js";
import { isSet, validateCompleteness } from "./value-validation.js";

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
  const found = new SchemaErrors();
  visit(schema, { path, budget, depth: 0, sort: "root" }, found);
  validateCompleteness(schema, path, found.structure);
  errors.list.push(...found.told);
}

interface Place {
  path: string;
  budget: TypeBudget;
  depth: number;
  sort: keyof typeof MISSING_TYPE;
  /** The list whose items have no earlier state, where this is within one. */
  uncorrelated?: string;
}

/** How a place is told of where its type is missing. */
const MISSING_TYPE = {
  root: "must not be empty at the root",
  field: "must not be empty for specified object fields",
  item: "must not be empty for specified array items",
};

function visit(schema: JsonObject, place: Place, errors: SchemaErrors): void {
  const { path, depth, budget, uncorrelated } = place;
  if (depth > MAX_DEPTH) return;
  const { additionalProperties, items } = schema;
  validateParts(schema, path, errors);
  validateType(schema, place, errors.structure);
  const isRoot = depth === 0 || schema["x-kubernetes-embedded-resource"] === true;
  if (isRoot) validateObjectFields(schema, { path, isRoot: depth === 0 }, errors.structure);
  validateRules(schema, { isRoot, path, budget, uncorrelated }, errors.keywords);
  const inherited = uncorrelated === undefined ? {} : { uncorrelated };
  const next = { budget, depth: depth + 1, sort: "field" as const, ...inherited };
  for (const [name, property] of Object.entries(recordAt(schema, "properties") ?? {})) {
    if (isRecord(property)) visit(property, { ...next, path: `${path}.properties[${name}]` }, errors);
  }
  if (isRecord(additionalProperties)) {
    visit(additionalProperties, { ...next, path: `${path}.additionalProperties` }, errors);
  }
  const isMap = schema["x-kubernetes-list-type"] === "map";
  const ofItems = isMap || uncorrelated !== undefined ? {} : { uncorrelated: path };
  if (isRecord(items)) visit(items, { ...next, ...ofItems, sort: "item", path: `${path}.items` }, errors);
}

function validateType(schema: JsonObject, { path, sort }: Place, errors: FieldErrors): void {
  const type = asText(schema["type"]);
  if (sort === "root" && type !== "" && type !== "object")
    errors.invalid(`${path}.type`, type, "must be object at the root");
  if (sort === "root" && schema["additionalProperties"] !== undefined)
    errors.forbidden(`${path}.additionalProperties`, "must not be used at the root");
  if (type === "" && !isOfAnyType(schema) && schema["x-kubernetes-embedded-resource"] !== true)
    errors.required(`${path}.type`, MISSING_TYPE[sort]);
}

const METADATA_FIELDS = ["name", "generateName"];
/** What may be said of metadata and says nothing. */
const OF_METADATA = new Set(["type", "default", "properties", "example", "externalDocs"]);

/** What every object has is not the definition's to describe. */
function validateObjectFields(
  schema: JsonObject,
  { path, isRoot }: { path: string; isRoot: boolean },
  errors: FieldErrors,
): void {
  const properties = recordAt(schema, "properties") ?? {};
  for (const [name, type, why] of [
    ["kind", "string", "must be string"],
    ["apiVersion", "string", "must be string"],
    ["metadata", "object", "must be object"],
  ] as const) {
    const found = Object.hasOwn(properties, name) ? properties[name] : undefined;
    if (isRecord(found) && found["type"] !== type)
      errors.invalid(`${path}.properties[${name}].type`, asText(found["type"]), why);
  }
  const metadata = Object.hasOwn(properties, "metadata") ? properties["metadata"] : undefined;
  if (!isRoot || !isRecord(metadata)) return;
  const isPlain =
    Object.keys(recordAt(metadata, "properties") ?? {}).every((name) => METADATA_FIELDS.includes(name)) &&
    Object.entries(metadata).every(([name, value]) => OF_METADATA.has(name) || !isSet(value));
  if (isPlain) return;
  const why =
    "must not specify anything other than name and generateName, but metadata is implicitly specified";
  errors.forbidden(`${path}.properties[metadata]`, why);
}

function isOfAnyType(schema: JsonObject): boolean {
  return ["x-kubernetes-int-or-string", "x-kubernetes-preserve-unknown-fields"].some(
    (mark) => schema[mark] === true,
  );
}

function validateRules(
  schema: JsonObject,
  {
    isRoot,
    path,
    budget,
    uncorrelated,
  }: { isRoot: boolean; path: string; budget: TypeBudget; uncorrelated: string | undefined },
  errors: FieldErrors,
): void {
  const rules = recordsAt(schema, "x-kubernetes-validations");
  const sources = rules.flatMap((rule) => [asText(rule["rule"]), asText(rule["messageExpression"])]);
  const types = new RuleTypes(schema, { isRoot, sources, budget });
  rules.forEach((rule, i) => {
    const field = `${path}.x-kubernetes-validations[${i}]`;
    const [source, message] = [asText(rule["rule"]), asText(rule["messageExpression"])];
    ruleProblems(rule, { field, schema }, errors);
    if (source.trim() === "") errors.required(`${field}.rule`, "rule is not specified");
    else {
      const fault = ruleFault(source, { ...EXPRESSIONS.rule, rule, types });
      if (fault !== undefined) return errors.invalid(`${field}.rule`, goRule(rule), fault);
      if (uncorrelated !== undefined && /\boldSelf\b/.test(source)) {
        const where = `the uncorrelatable portion of the schema within ${uncorrelated}`;
        errors.invalid(`${field}.rule`, source, `oldSelf cannot be used on ${where}`);
      }
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
    return prefix + compileErrorText(source, error, isRuleFunction);
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
