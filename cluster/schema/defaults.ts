import type { JsonObject } from "../api/field-access.js";
import { isRecord } from "../api/field-access.js";
import type { ResolveSchema, Schema } from "./schema.js";

/**
 * Fills in the defaults of a built-in kind in place. Zero values of scalars are what Go says of an absent field, not
 * defaults, and stay absent; `{}` is what Go writes for a struct.
 */
export function setSchemaDefaults(value: unknown, schema: Schema, resolve: ResolveSchema): void {
  const resolved = resolve(schema);
  if (Array.isArray(value)) {
    if (resolved.items !== undefined)
      for (const item of value) setSchemaDefaults(item, resolved.items, resolve);
    return;
  }
  if (!isRecord(value)) return;
  setDefaultsOfFields(value, resolved, resolve);
  const { additionalProperties } = resolved;
  if (typeof additionalProperties === "object") {
    for (const field of Object.values(value)) setSchemaDefaults(field, additionalProperties, resolve);
  }
}

function setDefaultsOfFields(value: JsonObject, resolved: Schema, resolve: ResolveSchema): void {
  const { properties = {} } = resolved;
  for (const [name, fallback] of defaultsOf(resolved, resolve)) {
    if (value[name] === undefined || value[name] === null) value[name] = structuredClone(fallback);
  }
  for (const name of Object.keys(value)) {
    const property = Object.hasOwn(properties, name) ? properties[name] : undefined;
    if (property === undefined) continue;
    if (value[name] === undefined || value[name] === null) delete value[name];
    else setSchemaDefaults(value[name], property, resolve);
  }
}

/** Objects have few of the fields their kinds have, and fewer of these have defaults: what is the same for all objects is looked for once. */
const defaults = new WeakMap<Schema, [name: string, fallback: unknown][]>();

function defaultsOf(resolved: Schema, resolve: ResolveSchema): [name: string, fallback: unknown][] {
  const known = defaults.get(resolved);
  if (known !== undefined) return known;
  const found = Object.entries(resolved.properties ?? {})
    .filter(([, property]) => hasDefault(property, resolve))
    .map(([name, property]): [string, unknown] => [name, property.default]);
  defaults.set(resolved, found);
  return found;
}

function hasDefault(schema: Schema, resolve: ResolveSchema): boolean {
  const fallback = schema.default;
  if (fallback === undefined || fallback === "" || fallback === 0 || fallback === false) return false;
  return !isRecord(fallback) || resolve(schema).properties !== undefined;
}

/** Fills in the defaults of a structural schema in place, as custom resources have them. */
export function crdDefaults(value: unknown, schema: Schema): void {
  if (Array.isArray(value)) {
    if (schema.items !== undefined) for (const item of value) crdDefaults(item, schema.items);
    return;
  }
  if (!isRecord(value)) return;
  const properties = schema.properties ?? {};
  for (const [name, property] of Object.entries(properties)) {
    setCustomDefault(value, name, property);
    if (value[name] !== undefined) crdDefaults(value[name], property);
  }
  const { additionalProperties } = schema;
  if (typeof additionalProperties !== "object") return;
  for (const [name, field] of Object.entries(value)) {
    if (Object.hasOwn(properties, name)) continue;
    if (field === null && additionalProperties.nullable !== true) delete value[name];
    else crdDefaults(field, additionalProperties);
  }
}

/** A null that may not be one counts as absent. */
function setCustomDefault(parent: JsonObject, name: string, schema: Schema): void {
  if (parent[name] === null && schema.nullable !== true) delete parent[name];
  if (parent[name] === undefined && schema.default !== undefined)
    parent[name] = structuredClone(schema.default);
}
