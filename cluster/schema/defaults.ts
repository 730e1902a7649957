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
  for (const [name, property] of Object.entries(resolved.properties ?? {})) {
    if (value[name] === undefined || value[name] === null) setDefault(value, name, property, resolve);
    if (value[name] !== undefined) setSchemaDefaults(value[name], property, resolve);
  }
  const { additionalProperties } = resolved;
  if (typeof additionalProperties === "object") {
    for (const field of Object.values(value)) setSchemaDefaults(field, additionalProperties, resolve);
  }
}

function setDefault(parent: JsonObject, name: string, schema: Schema, resolve: ResolveSchema): void {
  delete parent[name];
  const fallback = schema.default;
  if (fallback === undefined || fallback === "" || fallback === 0 || fallback === false) return;
  if (isRecord(fallback) && resolve(schema).properties === undefined) return;
  parent[name] = structuredClone(fallback);
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
