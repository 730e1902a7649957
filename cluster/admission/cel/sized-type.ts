import { isRecord } from "../../api/field-access.js";
import type { Schema } from "../../schema/schema.js";
import { fieldName } from "./field-name.js";
import { withOwnFields } from "./own-fields.js";

/** What is known before anything runs of a value's type, and of how big it and what is in it may be. */
export interface SizedType {
  readonly kind: "list" | "map" | "object" | "string" | "bytes" | "scalar" | "optional" | "opaque" | "dyn";
  /** Characters, bytes, items or entries at most. */
  readonly maxElements: number;
  /** Bytes of JSON at least. */
  readonly minSize: number;
  /** Of items, of a map's values, or of what may be absent. */
  readonly element?: SizedType | undefined;
  readonly fields?: ReadonlyMap<string, SizedType>;
}

/** The biggest request that estimates reckon with. Source: kubernetes/kubernetes, apiserver/pkg/apis/cel/config.go. */
export const MAX_REQUEST_BYTES = 3 * 1024 * 1024;
const MAX_DEPTH = 60;

const sized = (
  kind: SizedType["kind"],
  minSize: number,
  maxElements = 0,
  more: Partial<SizedType> = {},
): SizedType => ({ kind, minSize, maxElements, ...more });

export const SCALAR = sized("scalar", 1);
export const TEXT = sized("string", 2);
export const BYTES = sized("bytes", 2);
export const ANYTHING = sized("dyn", 1);
/** An address, a quantity and the like: what is compared as a whole. */
export const OPAQUE = sized("opaque", 1);

/** A list of what is of this type. */
export function listOf(element: SizedType): SizedType {
  return sized("list", 2, 0, { element });
}

/** A map of texts to what is of this type. */
export function mapOf(element: SizedType): SizedType {
  return sized("map", 2, 0, { element });
}

/** What is of this type, or absent. */
export function optionalOf(element: SizedType): SizedType {
  return sized("optional", 1, 0, { element });
}

const SCALARS: Record<string, SizedType> = {
  boolean: sized("scalar", 4),
  number: SCALAR,
  integer: SCALAR,
};
const FORMATS: Record<string, SizedType> = {
  duration: sized("scalar", 3, 32),
  date: sized("scalar", 12, 12),
  "date-time": sized("scalar", 21, 32),
};

/**
 * The sized types of the schemas of one definition, as Kubernetes reckons them for estimates: what has no bound of its own is bounded by
 * what fits in a request. Source: kubernetes/kubernetes, apiserver/pkg/cel/common/schemas.go.
 */
export class SizedTypes {
  readonly #known = new Map<Schema, SizedType | undefined>();

  /** `undefined` where expressions cannot name what the schema describes. */
  of(schema: Schema, { isRoot }: { isRoot: boolean }): SizedType | undefined {
    return this.#of(schema, isRoot, 0);
  }

  #of(schema: Schema, isRoot: boolean, depth: number): SizedType | undefined {
    if (this.#known.has(schema)) return this.#known.get(schema);
    const type = depth > MAX_DEPTH ? undefined : this.#make(schema, isRoot, depth);
    this.#known.set(schema, type);
    return type;
  }

  #make(schema: Schema, isRoot: boolean, depth: number): SizedType | undefined {
    if (schema["x-kubernetes-int-or-string"] === true) return sized("dyn", 1, maxLength(schema));
    const whole = isRoot ? withOwnFields(schema) : schema;
    const { type = "", format = "", maxItems, maxProperties, additionalProperties, items } = whole;
    const within = (inner: Schema | undefined): SizedType | undefined =>
      isRecord(inner)
        ? this.#of(inner, inner["x-kubernetes-embedded-resource"] === true, depth + 1)
        : undefined;
    if (type === "array") return manyOf("list", within(items), { most: maxItems, around: 1 });
    if (type === "object" && typeof additionalProperties === "object")
      return manyOf("map", within(additionalProperties), { most: maxProperties, around: 6 });
    if (type === "object") return objectOf(whole, within);
    if (type !== "string") return SCALARS[type];
    if (format === "byte") return sized("bytes", 2, bound(whole.maxLength) ?? MAX_REQUEST_BYTES - 2);
    return FORMATS[format] ?? sized("string", 2, maxLength(whole));
  }
}

/** As many as there may be, or as fit in a request with so many bytes around each; of what expressions cannot name there is none. */
function manyOf(
  kind: "list" | "map",
  element: SizedType | undefined,
  { most, around }: { most: number | undefined; around: number },
): SizedType | undefined {
  if (element === undefined) return undefined;
  const fitting = Math.floor((MAX_REQUEST_BYTES - 2) / (element.minSize + around));
  return sized(kind, 2, bound(most) ?? fitting, { element });
}

function objectOf(
  { properties, required }: Schema,
  within: (schema: Schema) => SizedType | undefined,
): SizedType {
  const fields = new Map<string, SizedType>();
  const needed = new Set(required ?? []);
  let minSize = 2;
  for (const [property, schema] of Object.entries(properties ?? {})) {
    const type = within(schema);
    if (type === undefined) continue;
    const name = fieldName(property);
    if (name !== undefined) fields.set(name, type);
    if (needed.has(property) && schema.default === undefined)
      minSize += Buffer.byteLength(property) + type.minSize + 4;
  }
  return sized("object", minSize, 0, { fields });
}

/** Characters may have four bytes each. */
function maxLength({ maxLength: most, enum: listed, ...schema }: Schema): number {
  const values = listed ?? [];
  if (most !== undefined) return (bound(most) ?? 0) * 4;
  if (values.length === 0 || schema["x-kubernetes-int-or-string"] === true) return MAX_REQUEST_BYTES - 2;
  return Math.max(...values.map((value) => (typeof value === "string" ? Buffer.byteLength(value) : 0)));
}

function bound(most: number | undefined): number | undefined {
  return most === undefined ? undefined : Math.max(0, most);
}
