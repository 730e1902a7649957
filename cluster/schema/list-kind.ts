import { isRecord } from "../api/field-access.js";
import type { FieldErrors } from "../validation/field-errors.js";
import { goValue } from "../validation/field-errors.js";
import type { Schema } from "./schema.js";

/** Adds an error for each element that repeats another of a list that is a set, or a map by keys. */
export function validateListKind(value: unknown[], schema: Schema, path: string, errors: FieldErrors): void {
  const kind = schema["x-kubernetes-list-type"];
  if (kind !== "set" && kind !== "map") return;
  const keys = schema["x-kubernetes-list-map-keys"] ?? [];
  const seen = new Set<string>();
  value.forEach((element, i) => {
    const identity = kind === "set" ? element : mapKey(element, keys, schema.items);
    const text = goValue(identity);
    if (seen.has(text)) errors.duplicate(`${path}[${i}]`, identity);
    seen.add(text);
  });
}

function mapKey(
  element: unknown,
  keys: readonly string[],
  items: Schema | undefined,
): Record<string, unknown> {
  const fields = isRecord(element) ? element : {};
  return Object.fromEntries(keys.map((key) => [key, fields[key] ?? items?.properties?.[key]?.default]));
}
