import { type JsonObject, isRecord, setOwn } from "./field-access.js";

/** A copy of a JSON value that may be changed. Its strings are shared: `structuredClone` would copy each, however long. */
export function copyJson<T>(value: T): T {
  if (Array.isArray(value)) return value.map(copyJson) as T;
  if (!isRecord(value)) return value;
  const copy: JsonObject = {};
  // By a list of entries it takes several times as long, and every write copies its object.
  for (const key of Object.keys(value)) setOwn(copy, key, copyJson(value[key]));
  return copy as T;
}
