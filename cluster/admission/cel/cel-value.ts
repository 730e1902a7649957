import { setOwn } from "../../api/field-access.js";

/**
 * A JSON value as CEL sees it: whole numbers become `int` (a bigint), nulls in objects vanish as they do in typed Kubernetes
 * objects. Anything already converted (a bigint) stays.
 */
export function toCelValue(value: unknown): unknown {
  if (typeof value === "number") return Number.isSafeInteger(value) ? BigInt(value) : value;
  if (Array.isArray(value)) return value.map(toCelValue);
  if (typeof value !== "object" || value === null) return value;
  const result: Record<string, unknown> = {};
  for (const [key, field] of Object.entries(value)) {
    if (field !== null && field !== undefined) setOwn(result, key, toCelValue(field));
  }
  return result;
}

/** A CEL result as JSON: the way back. */
export function fromCelValue(value: unknown): unknown {
  if (typeof value === "bigint") return Number(value);
  if (Array.isArray(value)) return value.map(fromCelValue);
  if (value instanceof Map) return fromCelValue(Object.fromEntries(value));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, field]) => [key, fromCelValue(field)]));
}
