import type { JsonObject } from "../api/field-access.js";
import { isRecord } from "../api/field-access.js";
import { goText } from "../patch/go-text.js";
import type { ResolveSchema, Schema } from "../schema/schema.js";

/** Faults that are told of one object. */
const MAX_FAULTS = 20;
/** Go's names of what JSON has. */
const GO_TYPES: Record<string, string> = { string: "string", boolean: "bool" };

/** What keeps an applied object from being read by its schema, which takes each field as it is written: no more and nothing else. */
export function typedFaults(object: JsonObject, schema: Schema, resolve: ResolveSchema): string[] {
  const walk = new TypedWalk(resolve);
  walk.map(object, resolve(schema), "");
  return walk.faults;
}

class TypedWalk {
  readonly faults: string[] = [];
  readonly #resolve: ResolveSchema;

  constructor(resolve: ResolveSchema) {
    this.#resolve = resolve;
  }

  map(object: JsonObject, { properties, additionalProperties }: Schema, path: string): void {
    if (properties === undefined && typeof additionalProperties !== "object") return;
    for (const [name, value] of Object.entries(object)) {
      const own = properties !== undefined && Object.hasOwn(properties, name) ? properties[name] : undefined;
      const field = own ?? (typeof additionalProperties === "object" ? additionalProperties : undefined);
      // Nothing behind it is looked at.
      if (field === undefined) return this.#add(path, name, "field not declared in schema");
      this.#value(value, field, `${path}.${name}`);
    }
  }

  #value(value: unknown, declared: Schema, path: string): void {
    if (value === null || value === undefined || isAnyScalar(declared)) return;
    const schema = this.#resolve(declared);
    if (schema.type === "array") {
      if (Array.isArray(value)) return this.#list(value, schema, path);
      return this.#wrong(path, "list", `&{${goText(value)}}`);
    }
    if (schema.type === "object") {
      if (isRecord(value)) return this.map(value, schema, path);
      return this.#wrong(path, "map", `&{${goText(value)}}`);
    }
    this.#scalar(value, schema, path);
  }

  #scalar(value: unknown, { type }: Schema, path: string): void {
    if (type === "string" && typeof value !== "string")
      this.#wrong(path, "string", `&value.valueUnstructured{Value:${goText(value)}}`);
    if (type === "boolean" && typeof value !== "boolean") this.#wrong(path, "boolean", `&{${goText(value)}}`);
    if ((type === "integer" || type === "number") && typeof value !== "number")
      this.#wrong(path, "numeric (int or float)", goTypeOf(value));
  }

  #list(list: unknown[], { items, ...schema }: Schema, path: string): void {
    if (items === undefined) return;
    const keys = schema["x-kubernetes-list-type"] === "map" ? schema["x-kubernetes-list-map-keys"] : [];
    list.forEach((item, at) => this.#value(item, items, `${path}${this.#place(item, at, { keys, items })}`));
  }

  /** An element goes by its keys, where its list has some. */
  #place(
    item: unknown,
    at: number,
    { keys = [], items }: { keys?: string[] | undefined; items: Schema },
  ): string {
    if (keys.length === 0 || !isRecord(item)) return `[${at}]`;
    const { properties = {} } = this.#resolve(items);
    const pairs = keys.toSorted().flatMap((key) => {
      const value = item[key] ?? properties[key]?.default;
      return value === undefined ? [] : [`${key}=${JSON.stringify(value)}`];
    });
    return `[${pairs.join(",")}]`;
  }

  #wrong(path: string, expected: string, found: string): void {
    this.#add(path, undefined, `expected ${expected}, got ${found}`);
  }

  #add(path: string, name: string | undefined, what: string): void {
    if (this.faults.length >= MAX_FAULTS) return;
    this.faults.push(`${name === undefined ? path : `${path}.${name}`}: ${what}`);
  }
}

/** Quantities, and numbers that may be texts. */
function isAnyScalar({ $ref, allOf, format }: Schema): boolean {
  return format === "int-or-string" || /\.(?:Quantity|IntOrString)$/.test($ref ?? allOf?.[0]?.$ref ?? "");
}

function goTypeOf(value: unknown): string {
  if (Array.isArray(value)) return "[]interface {}";
  return GO_TYPES[typeof value] ?? "map[string]interface {}";
}
