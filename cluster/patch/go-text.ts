import { asText, isRecord } from "../api/field-access.js";

/** What Go's decoder says of a JSON value that is none of the type it is to be read into. */
export function cannotUnmarshal(value: unknown, goType: string): string {
  const kind = Array.isArray(value) ? "array" : { boolean: "bool" }[typeof value as "boolean"];
  return `json: cannot unmarshal ${kind ?? typeof value} into Go value of type ${goType}`;
}

/** A value as Go's `%v` prints it, which is what the API's text shows. */
export function goText(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(goText).join(" ")}]`;
  if (!isRecord(value)) return asText(value, "<nil>");
  const entries = Object.keys(value).toSorted();
  return `map[${entries.map((key) => `${key}:${goText(value[key])}`).join(" ")}]`;
}
