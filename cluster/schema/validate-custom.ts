import { RE2JS } from "re2js";
import { isRecord } from "../api/field-access.js";
import { FieldErrors, goValue } from "../validation/field-errors.js";
import { validateFormat } from "./formats.js";
import { validateListKind } from "./list-kind.js";
import type { Schema } from "./schema.js";
import type { SchemaValidation } from "./validate.js";

const ROOT_FIELDS = new Set(["apiVersion", "kind", "metadata"]);

/** Adds the violations of a structural schema, in the words of Kubernetes' OpenAPI validator. */
export function validateCustom(
  object: Record<string, unknown>,
  schema: Schema,
  { errors }: Pick<SchemaValidation, "errors">,
): void {
  const withoutRoot = Object.fromEntries(Object.entries(object).filter(([name]) => !ROOT_FIELDS.has(name)));
  const required = schema.required?.filter((name) => !ROOT_FIELDS.has(name));
  const properties = Object.fromEntries(
    Object.entries(schema.properties ?? {}).filter(([name]) => !ROOT_FIELDS.has(name)),
  );
  visit(withoutRoot, { ...schema, properties, ...(required && { required }) }, "", errors);
}

/** Adds the violations of a value by itself, such as a default. */
export function validateValue(value: unknown, schema: Schema, errors: FieldErrors): void {
  visit(value, schema, "", errors);
}

function visit(value: unknown, schema: Schema, path: string, errors: FieldErrors): void {
  if (value === null && schema.nullable === true) return;
  if (!hasType(value, schema)) {
    const found = typeName(value);
    const detail = `${path} in body must be of type ${expectedType(schema)}: ${JSON.stringify(found)}`;
    errors.typeInvalid(path, found, detail);
    return;
  }
  if (schema.enum !== undefined && !schema.enum.some((choice) => goValue(choice) === goValue(value))) {
    errors.unsupported(path, value, schema.enum.map(choiceText));
  }
  if (typeof value === "string") validateString(value, schema, path, errors);
  else if (typeof value === "number") validateNumber(value, schema, path, errors);
  else if (Array.isArray(value)) validateList(value, schema, path, errors);
  else if (isRecord(value)) validateFields(value, schema, path, errors);
  validateCombinations(value, schema, path, errors);
}

function hasType(value: unknown, schema: Schema): boolean {
  if (schema["x-kubernetes-int-or-string"] === true) {
    return typeof value === "string" || Number.isInteger(value);
  }
  switch (schema.type) {
    case undefined:
    case "":
      return true;
    case "object":
      return isRecord(value);
    case "array":
      return Array.isArray(value);
    case "integer":
      return Number.isInteger(value);
    default:
      return typeof value === schema.type;
  }
}

function expectedType(schema: Schema): string {
  return schema["x-kubernetes-int-or-string"] === true ? "integer,string" : (schema.type ?? "");
}

function typeName(value: unknown): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "array";
  if (typeof value === "number") return Number.isInteger(value) ? "integer" : "number";
  return typeof value;
}

function choiceText(choice: unknown): string {
  return typeof choice === "string" ? choice : JSON.stringify(choice);
}

function validateString(value: string, schema: Schema, path: string, errors: FieldErrors): void {
  const { minLength, maxLength, pattern, format } = schema;
  const length = Array.from(value).length;
  if (maxLength !== undefined && length > maxLength) {
    errors.tooLong(path, `may not be more than ${maxLength} bytes`);
  }
  if (minLength !== undefined && length < minLength) {
    errors.invalid(path, value, `${path} in body should be at least ${minLength} chars long`);
  }
  if (pattern !== undefined && !matchesPattern(pattern, value)) {
    errors.invalid(path, value, `${path} in body should match '${pattern}'`);
  }
  if (format !== undefined && !validateFormat(format, value)) {
    errors.invalid(path, value, `${path} in body must be of type ${format}: ${JSON.stringify(value)}`);
  }
}

const patterns = new Map<string, RE2JS>();
/** Compiled patterns kept; a cluster has a few custom resources. */
const MAX_PATTERNS = 500;

function matchesPattern(pattern: string, value: string): boolean {
  let compiled = patterns.get(pattern);
  if (compiled === undefined) {
    if (patterns.size >= MAX_PATTERNS) patterns.clear();
    compiled = RE2JS.compile(pattern);
    patterns.set(pattern, compiled);
  }
  return compiled.matcher(value).find();
}

function validateNumber(value: number, schema: Schema, path: string, errors: FieldErrors): void {
  const { minimum, maximum, multipleOf } = schema;
  const isTooSmall =
    schema.exclusiveMinimum === true ? value <= (minimum ?? -Infinity) : value < (minimum ?? -Infinity);
  if (minimum !== undefined && isTooSmall) {
    const than = schema.exclusiveMinimum === true ? "greater than" : "greater than or equal to";
    errors.invalid(path, value, `${path} in body should be ${than} ${minimum}`);
  }
  const isTooLarge =
    schema.exclusiveMaximum === true ? value >= (maximum ?? Infinity) : value > (maximum ?? Infinity);
  if (maximum !== undefined && isTooLarge) {
    const than = schema.exclusiveMaximum === true ? "less than" : "less than or equal to";
    errors.invalid(path, value, `${path} in body should be ${than} ${maximum}`);
  }
  if (multipleOf !== undefined && value % multipleOf !== 0) {
    errors.invalid(path, value, `${path} in body should be a multiple of ${multipleOf}`);
  }
}

function validateList(value: unknown[], schema: Schema, path: string, errors: FieldErrors): void {
  const { items, minItems, maxItems } = schema;
  if (maxItems !== undefined && value.length > maxItems) errors.tooMany(path, value.length, maxItems);
  if (minItems !== undefined && value.length < minItems) {
    errors.invalid(path, value.length, `${path} in body should have at least ${minItems} items`);
  }
  if (items !== undefined) value.forEach((item, i) => visit(item, items, `${path}[${i}]`, errors));
  validateListKind(value, schema, path, errors);
}

function validateFields(
  value: Record<string, unknown>,
  schema: Schema,
  path: string,
  errors: FieldErrors,
): void {
  const { properties = {}, additionalProperties, minProperties, maxProperties } = schema;
  for (const name of schema.required ?? []) {
    if (value[name] === undefined) errors.required(joinPath(path, name));
  }
  const count = Object.keys(value).length;
  if (maxProperties !== undefined && count > maxProperties) errors.tooMany(path, count, maxProperties);
  if (minProperties !== undefined && count < minProperties) {
    errors.invalid(path, count, `${path} in body should have at least ${minProperties} properties`);
  }
  for (const [name, field] of Object.entries(value)) {
    const known = Object.hasOwn(properties, name) ? properties[name] : undefined;
    const property = known ?? (typeof additionalProperties === "object" ? additionalProperties : undefined);
    if (property !== undefined) visit(field, property, joinPath(path, name), errors);
  }
}

function validateCombinations(value: unknown, schema: Schema, path: string, errors: FieldErrors): void {
  for (const part of schema.allOf ?? []) visit(value, part, path, errors);
  const isValid = (part: Schema): boolean => {
    const own = new FieldErrors();
    visit(value, part, path, own);
    return own.isEmpty;
  };
  if (schema.anyOf !== undefined && !schema.anyOf.some(isValid)) {
    errors.invalid(path, "", `${JSON.stringify(path)} must validate at least one schema (anyOf)`);
  }
  if (schema.oneOf !== undefined) {
    const valid = schema.oneOf.filter(isValid).length;
    const found = valid === 0 ? "none" : String(valid);
    if (valid !== 1) {
      errors.invalid(
        path,
        "",
        `${JSON.stringify(path)} must validate one and only one schema (oneOf). Found ${found} valid`,
      );
    }
  }
  if (schema.not !== undefined && isValid(schema.not)) {
    errors.invalid(path, "", `${JSON.stringify(path)} must not validate the schema (not)`);
  }
}

function joinPath(path: string, name: string): string {
  return path === "" ? name : `${path}.${name}`;
}
