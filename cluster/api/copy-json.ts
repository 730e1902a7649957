import { isRecord } from "./field-access.js";

/** A copy of a JSON value that may be changed. Its strings are shared: `structuredClone` would copy each, however long. */
export function copyJson<T>(value: T): T {
  if (Array.isArray(value)) return value.map(copyJson) as T;
  if (!isRecord(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, copyJson(item)])) as T;
}
