import { isRecord } from "../api/field-access.js";
import type { JsonObject } from "../api/field-access.js";
import type { ResolveSchema, Schema } from "../schema/schema.js";
import { fieldSchema } from "../schema/schema.js";

/**
 * The way to a field in the notation of FieldsV1: `f:NAME` for a field, `k:{KEYS}` for an element of a list that is a
 * map, `v:VALUE` for one of a list that is a set.
 */
export type FieldPath = readonly string[];

const SEPARATOR = "\u0000";

export function pathKey(path: FieldPath): string {
  return path.join(SEPARATOR);
}

/** The key of a path that goes one element on from the one of `key`, which is empty for the object itself. */
export function longerKey(key: string, element: string): string {
  return key === "" ? element : key + SEPARATOR + element;
}

export function keyPath(key: string): FieldPath {
  return key.split(SEPARATOR);
}

/** `.spec.containers[name="c"].image`, as conflicts name a field. */
export function pathText(path: FieldPath): string {
  return path.map(elementText).join("");
}

function elementText(element: string): string {
  const rest = element.slice(2);
  if (element.startsWith("f:")) return `.${rest}`;
  if (element.startsWith("v:")) return `[=${rest}]`;
  const keys = JSON.parse(rest) as JsonObject;
  return `[${Object.entries(keys)
    .map(([name, value]) => `${name}=${JSON.stringify(value)}`)
    .join(",")}]`;
}

/** How server-side apply treats a value. */
export type Structure =
  | { kind: "leaf" }
  | { kind: "fields"; schemaOf: (name: string) => Schema | undefined }
  | { kind: "elements"; items: Schema | undefined; elementOf: (item: unknown) => string };

/** What the schema says of the parts of `value`; without one, maps have fields and lists are whole. */
export function structureOf(value: unknown, declared: Schema | undefined, resolve: ResolveSchema): Structure {
  const schema = declared && resolve(declared);
  if (isRecord(value)) {
    const mapType = declared?.["x-kubernetes-map-type"] ?? schema?.["x-kubernetes-map-type"];
    if (mapType === "atomic") return { kind: "leaf" };
    return { kind: "fields", schemaOf: (name) => fieldSchema(schema, name) };
  }
  if (!Array.isArray(value)) return { kind: "leaf" };
  const listType = declared?.["x-kubernetes-list-type"];
  const items = schema?.items;
  if (listType === "set")
    return { kind: "elements", items, elementOf: (item) => `v:${JSON.stringify(item)}` };
  if (listType !== "map") return { kind: "leaf" };
  const keys = declared?.["x-kubernetes-list-map-keys"] ?? [];
  const itemSchema = items && resolve(items);
  return {
    kind: "elements",
    items,
    elementOf: (item) => `k:${JSON.stringify(keysOf(item, keys, itemSchema))}`,
  };
}

function keysOf(item: unknown, keys: string[], schema: Schema | undefined): JsonObject {
  const fields = isRecord(item) ? item : {};
  const entries = keys.toSorted().map((key) => [key, fields[key] ?? schema?.properties?.[key]?.default]);
  return Object.fromEntries(entries.filter(([, value]) => value !== undefined)) as JsonObject;
}
