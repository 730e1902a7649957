import { isDeepStrictEqual } from "node:util";
import type { JsonObject } from "../api/field-access.js";
import { isRecord, recordAt, recordsAt } from "../api/field-access.js";
import type { FieldErrors } from "../validation/field-errors.js";

/** What gives values their shape, and how it is said that it may not be in a combination. */
const SHAPING: Record<string, string> = {
  type: "must be empty to be structural",
  additionalProperties: "must be undefined to be structural",
  default: "must be undefined to be structural",
  title: "must be empty to be structural",
  description: "must be empty to be structural",
  nullable: "must be false to be structural",
  "x-kubernetes-preserve-unknown-fields": "must be false to be structural",
  "x-kubernetes-embedded-resource": "must be false to be structural",
  "x-kubernetes-int-or-string": "must be false to be structural",
  "x-kubernetes-list-map-keys": "must be empty to be structural",
  "x-kubernetes-list-type": "must be undefined to be structural",
  "x-kubernetes-map-type": "must be undefined to be structural",
  "x-kubernetes-validations": "must be empty to be structural",
};
const MAX_DEPTH = 60;

/** A schema within a combination, and where it is. */
export interface NestedSchema {
  part: JsonObject;
  path: string;
  /** Whether it may say by `anyOf` that values are whole numbers or texts. */
  mayMix: boolean;
}

/** Whether a keyword says anything, as after decoding: what is false or empty is as if it were not there. */
export function isSet(value: unknown): boolean {
  if (value === undefined || value === null || value === false || value === "") return false;
  if (Array.isArray(value)) return value.length > 0;
  return !isRecord(value) || Object.keys(value).length > 0;
}

/**
 * The schemas that combine at `path`. One that says by `anyOf` that values are whole numbers or texts is left out, where it may say so: at
 * the schema itself and in the first of `allOf`.
 */
export function combined(schema: JsonObject, path: string, { mayMix, isShaping }: Combining): NestedSchema[] {
  const parts = ["anyOf", "allOf", "oneOf"].flatMap((name) =>
    name === "anyOf" && mayMix && isMixed(schema)
      ? []
      : recordsAt(schema, name).map((part, i) => ({
          part,
          path: `${path}.${name}[${i}]`,
          mayMix: isShaping && name === "allOf" && i === 0,
        })),
  );
  const not = recordAt(schema, "not");
  return not === undefined ? parts : [...parts, { part: not, path: `${path}.not`, mayMix: false }];
}

/** Which exceptions there are for whole numbers or texts. */
export interface Combining {
  mayMix: boolean;
  /** Whether the schema gives values their shape, and is in no combination itself. */
  isShaping: boolean;
}

/** Adds where combinations within `schema` give values a shape, which only the schema around them may do. */
export function validateCombinations(schema: JsonObject, path: string, errors: FieldErrors): void {
  for (const nested of combined(schema, path, { mayMix: true, isShaping: true }))
    validateNested(nested, 0, errors);
}

/** Adds where combinations of a whole schema judge fields that it does not have; those of its fields are not looked at so. */
export function validateCompleteness(schema: JsonObject, path: string, errors: FieldErrors): void {
  for (const { part, path: within } of combined(schema, path, { mayMix: false, isShaping: false }))
    validateComplete({ part, within, schema, path }, 0, errors);
}

/** A schema of others and a default are there also where they are empty. */
function isThere(part: JsonObject, name: string): boolean {
  const value = part[name];
  if (name === "default") return value !== undefined && value !== null;
  return (name === "additionalProperties" && isRecord(value)) || isSet(value);
}

function isMixed(schema: JsonObject): boolean {
  const parts = recordsAt(schema, "anyOf").map((part) =>
    Object.entries(part).filter(([, value]) => isSet(value)),
  );
  return isDeepStrictEqual(parts, [[["type", "integer"]], [["type", "string"]]]);
}

function validateNested({ part, path, mayMix }: NestedSchema, depth: number, errors: FieldErrors): void {
  if (depth > MAX_DEPTH) return;
  for (const [name, why] of Object.entries(SHAPING)) {
    if (isThere(part, name)) errors.forbidden(`${path}.${name}`, why);
  }
  for (const nested of combined(part, path, { mayMix, isShaping: false }))
    validateNested(nested, depth + 1, errors);
  const items = recordAt(part, "items");
  if (items !== undefined)
    validateNested({ part: items, path: `${path}.items`, mayMix: false }, depth + 1, errors);
  for (const [name, property] of Object.entries(recordAt(part, "properties") ?? {})) {
    const field = `${path}.properties[${name}]`;
    if (name === "metadata") errors.forbidden(field, "must not be specified in a nested context");
    if (isRecord(property)) validateNested({ part: property, path: field, mayMix: false }, depth + 1, errors);
  }
}

interface Judged {
  part: JsonObject;
  /** Where the part is. */
  within: string;
  /** What gives the values that it judges their shape; absent where nothing does. */
  schema: JsonObject | undefined;
  path: string;
}

function validateComplete({ part, within, schema, path }: Judged, depth: number, errors: FieldErrors): void {
  if (depth > MAX_DEPTH) return;
  if (schema === undefined) {
    errors.required(path, `because it is defined in ${within}`);
    return;
  }
  for (const nested of combined(part, within, { mayMix: false, isShaping: false }))
    validateComplete({ part: nested.part, within: nested.path, schema, path }, depth + 1, errors);
  const items = recordAt(part, "items");
  if (items !== undefined) {
    const judged = { part: items, within: `${within}.items`, schema: recordAt(schema, "items") };
    validateComplete({ ...judged, path: `${path}.items` }, depth + 1, errors);
  }
  const shaped = recordAt(schema, "properties") ?? {};
  for (const [name, property] of Object.entries(recordAt(part, "properties") ?? {})) {
    const known: unknown = Object.hasOwn(shaped, name) ? shaped[name] : undefined;
    const judged = { within: `${within}.properties[${name}]`, path: `${path}.properties[${name}]` };
    if (isRecord(property))
      validateComplete(
        { ...judged, part: property, schema: isRecord(known) ? known : undefined },
        depth + 1,
        errors,
      );
  }
}
