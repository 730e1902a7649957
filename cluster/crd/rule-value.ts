import { toCelValue } from "../admission/cel/cel-value.js";
import { plainEnvironment } from "../admission/cel/environment.js";
import { fieldName } from "../admission/cel/field-name.js";
import type { JsonObject } from "../api/field-access.js";
import { isRecord, setOwn } from "../api/field-access.js";
import type { Schema } from "../schema/schema.js";
import { fieldSchema } from "../schema/schema.js";

type Conversion = (text: string) => unknown;

const CONVERSIONS: Record<string, Conversion> = {
  date: (text) => new Date(text),
  "date-time": (text) => new Date(text),
  byte: (text) => Uint8Array.from(Buffer.from(text, "base64")),
  duration: (text) => durationOf(text),
};

/** A value as the rules of its schema see it: times are times, and names of fields are spelled as expressions can name them. */
export function toRuleValue(value: unknown, schema: Schema | undefined): unknown {
  const { type, format = "", items } = schema ?? {};
  if (typeof value === "string") return type === "string" ? (CONVERSIONS[format]?.(value) ?? value) : value;
  // A number of this type is never an int, however whole it is.
  if (typeof value === "number" && type === "number") return value;
  if (Array.isArray(value)) return value.map((item) => toRuleValue(item, items));
  return isRecord(value) ? toRuleObject(value, schema) : toCelValue(value);
}

function toRuleObject(value: JsonObject, schema: Schema | undefined): JsonObject {
  const declared = schema?.properties ?? {};
  const result: JsonObject = {};
  for (const [key, field] of Object.entries(value)) {
    if (field === null || field === undefined) continue;
    const name = Object.hasOwn(declared, key) ? (fieldName(key) ?? key) : key;
    setOwn(result, name, toRuleValue(field, fieldSchema(schema, key)));
  }
  return result;
}

let program: ((bindings: object) => unknown) | undefined;

/** The library makes durations itself and exports no way to. */
function durationOf(text: string): unknown {
  program ??= plainEnvironment().registerVariable("text", "string").parse("duration(text)");
  return program({ text });
}
