import { asText, isRecord } from "../api/field-access.js";

/** A value as Go's `%v` prints it, which is what the API's text shows. */
export function goText(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(goText).join(" ")}]`;
  if (!isRecord(value)) return asText(value, "<nil>");
  const entries = Object.keys(value).toSorted();
  return `map[${entries.map((key) => `${key}:${goText(value[key])}`).join(" ")}]`;
}
