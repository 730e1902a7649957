import type { JsonObject } from "../api/field-access.js";
import { asText, isRecord, recordAt } from "../api/field-access.js";
import type { FieldErrors } from "../validation/field-errors.js";

const LIST_TYPES = ["atomic", "set", "map"];
const MAP_TYPES = ["atomic", "granular"];
const LIST_TYPE = "x-kubernetes-list-type";
const MAP_TYPE = "x-kubernetes-map-type";
const MAP_KEYS = "x-kubernetes-list-map-keys";

/** Adds what is wrong with how lists and maps at `path` are said to be put together, in the order of a real API server. */
export function validateListType(schema: JsonObject, path: string, errors: FieldErrors): void {
  const mapType = schema[MAP_TYPE];
  if (mapType !== undefined) {
    validateType(schema, { path, type: "object", mark: MAP_TYPE }, errors);
    if (!MAP_TYPES.includes(asText(mapType))) errors.unsupported(`${path}.${MAP_TYPE}`, mapType, MAP_TYPES);
  }
  validateKind(schema, path, errors);
  if (schema[LIST_TYPE] === "map") validateMapItems(schema, path, errors);
  validateIdentity(schema, path, errors);
}

function validateKind(schema: JsonObject, path: string, errors: FieldErrors): void {
  const listType = schema[LIST_TYPE];
  if (listType !== undefined) {
    validateType(schema, { path, type: "array", mark: LIST_TYPE }, errors);
    if (listType === "set" && schema["type"] === "array") validateSetItems(schema, path, errors);
    if (!LIST_TYPES.includes(asText(listType)))
      errors.unsupported(`${path}.${LIST_TYPE}`, listType, LIST_TYPES);
  }
  if (keysOf(schema).length === 0 || listType === "map") return;
  const why = "must be map if x-kubernetes-list-map-keys is non-empty";
  if (listType === undefined) errors.required(`${path}.${LIST_TYPE}`, why);
  else errors.invalid(`${path}.${LIST_TYPE}`, listType, why);
}

/** What is told apart from others has to be something. */
function validateIdentity(schema: JsonObject, path: string, errors: FieldErrors): void {
  const listType = asText(schema[LIST_TYPE]);
  const items = recordAt(schema, "items");
  if (items === undefined || !["map", "set"].includes(listType)) return;
  const why = `cannot be nullable when x-kubernetes-list-type is ${listType}`;
  if (items["nullable"] === true) errors.forbidden(`${path}.items.nullable`, why);
  if (listType === "map") validateKeysPresent(items, { path: `${path}.items`, keys: keysOf(schema) }, errors);
}

function keysOf(schema: JsonObject): string[] {
  return Array.isArray(schema[MAP_KEYS]) ? schema[MAP_KEYS].map((key) => asText(key)) : [];
}

function validateType(
  schema: JsonObject,
  { path, type, mark }: { path: string; type: string; mark: string },
  errors: FieldErrors,
): void {
  const found = asText(schema["type"]);
  const why = `must be ${type} if ${mark} is specified`;
  if (found === "") errors.required(`${path}.type`, why);
  else if (found !== type) errors.invalid(`${path}.type`, found, why);
}

function validateMapItems(schema: JsonObject, path: string, errors: FieldErrors): void {
  const field = `${path}.${MAP_KEYS}`;
  const { items } = schema;
  const keys = keysOf(schema);
  if (keys.length === 0) errors.required(field, "must not be empty if x-kubernetes-list-type is map");
  if (items === undefined)
    errors.required(`${path}.items`, "must have a schema if x-kubernetes-list-type is map");
  if (!isRecord(items)) return;
  if (items["type"] !== "object") {
    const why = "must be object if parent array's x-kubernetes-list-type is map";
    return errors.invalid(`${path}.items.type`, asText(items["type"]), why);
  }
  const properties = recordAt(items, "properties") ?? {};
  keys.forEach((key, i) => {
    const property = Object.hasOwn(properties, key) ? properties[key] : undefined;
    if (property === undefined) errors.invalid(field, keys, "entries must all be names of item properties");
    else if (isRecord(property) && ["array", "object"].includes(asText(property["type"]))) {
      const why = "must be a scalar type if parent array's x-kubernetes-list-type is map";
      errors.invalid(`${path}.items.properties[${key}].type`, "object", why);
    }
    if (keys.indexOf(key) < i) errors.invalid(field, keys, "must not contain duplicate entries");
  });
}

/** What identifies an item has to be there, and to be something. */
function validateKeysPresent(
  items: JsonObject,
  { path, keys }: { path: string; keys: readonly string[] },
  errors: FieldErrors,
): void {
  const properties = recordAt(items, "properties") ?? {};
  const required: unknown[] = Array.isArray(items["required"]) ? items["required"] : [];
  for (const key of keys) {
    const property = Object.hasOwn(properties, key) ? properties[key] : undefined;
    if (!isRecord(property)) continue;
    const field = `${path}.properties[${key}]`;
    const named = "this property is in x-kubernetes-list-map-keys, so it";
    if (!required.includes(key) && property["default"] === undefined)
      errors.required(`${field}.default`, `${named} must have a default or be a required property`);
    if (property["nullable"] === true) errors.forbidden(`${field}.nullable`, `${named} cannot be nullable`);
  }
}

/** What is in a set is compared as a whole. */
function validateSetItems(schema: JsonObject, path: string, errors: FieldErrors): void {
  const items = recordAt(schema, "items") ?? {};
  const why = "must be atomic as item of a list with x-kubernetes-list-type=set";
  const listType = items[LIST_TYPE];
  // The kind of list is shown where the kind of map is meant, as a real API server has it.
  if (items["type"] === "object" && items[MAP_TYPE] !== "atomic")
    errors.invalid(`${path}.items.${MAP_TYPE}`, listType ?? null, why);
  if (items["type"] === "array" && listType !== undefined && listType !== "atomic")
    errors.invalid(`${path}.items.${LIST_TYPE}`, listType, why);
}
