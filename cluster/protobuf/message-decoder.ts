import type { JsonObject } from "../api/field-access.js";
import { isRecord, setOwn } from "../api/field-access.js";
import type { ProtobufField } from "./facts.js";
import { loadMessages } from "./facts.js";
import { decodeScalar, isZero } from "./scalars.js";
import { decodeWellKnown, isWellKnown } from "./well-known.js";
import type { WireField } from "./wire-reader.js";
import { readFields, readPacked } from "./wire-reader.js";

/** Messages inside messages a body may nest; JSON schemas in CRDs are the deepest real ones. */
const MAX_DEPTH = 100;

/** Decodes a message to the JSON Go would write for it: zero values that JSON omits stay out. */
export function decodeMessage(message: string, bytes: Buffer, depth = 0): JsonObject {
  if (depth > MAX_DEPTH) throw new RangeError(`messages are nested deeper than ${MAX_DEPTH}`);
  const fields = loadMessages().messages[message] ?? {};
  const result: JsonObject = {};
  for (const wire of readFields(bytes)) {
    const field = fields[wire.number];
    if (field !== undefined) addField(result, field, wire, depth + 1);
  }
  return result;
}

function addField(result: JsonObject, field: ProtobufField, wire: WireField, depth: number): void {
  if (field.map === true) {
    addMapEntry(result, field, wire, depth);
  } else if (field.repeated === true) {
    const list = Array.isArray(result[field.name]) ? (result[field.name] as unknown[]) : [];
    result[field.name] = list;
    const isPacked = Buffer.isBuffer(wire.value) && /^u?int|^bool$/.test(field.type);
    const values = isPacked ? readPacked(wire.value as Buffer) : [wire.value];
    list.push(...values.map((value) => decodeValue(field, value, depth)));
  } else {
    const value = decodeValue(field, wire.value, depth);
    if (field.inline === true && isRecord(value)) Object.assign(result, value);
    else if (isKept(field, value)) result[field.name] = value;
  }
}

function addMapEntry(result: JsonObject, field: ProtobufField, { value }: WireField, depth: number): void {
  if (!Buffer.isBuffer(value)) return;
  const map = isRecord(result[field.name]) ? (result[field.name] as JsonObject) : {};
  result[field.name] = map;
  let key = "";
  let entry: unknown = field.type === "bytes" || field.type === "string" ? "" : {};
  for (const part of readFields(value)) {
    if (part.number === 1 && Buffer.isBuffer(part.value)) key = part.value.toString("utf8");
    if (part.number === 2) entry = decodeValue(field, part.value, depth);
  }
  setOwn(map, key, entry);
}

function decodeValue(field: ProtobufField, value: bigint | Buffer, depth: number): unknown {
  if (!field.type.includes(".")) return decodeScalar(field.type, value);
  if (!Buffer.isBuffer(value)) throw new RangeError(`${field.name} should be a message`);
  if (isWellKnown(field.type)) {
    return decodeWellKnown(field.type, value, (message, bytes) => decodeMessage(message, bytes, depth + 1));
  }
  const decoded = decodeMessage(field.type, value, depth);
  const [only, ...others] = Object.values(loadMessages().messages[field.type] ?? {});
  const isList = only?.inline === true && only.repeated === true && others.length === 0;
  return isList ? (decoded[only.name] ?? []) : decoded;
}

/** Go writes zero scalars to the wire though JSON would leave them out. */
function isKept(field: ProtobufField, value: unknown): boolean {
  if (field.pointer === true || field.keepEmpty === true) return value !== null;
  return value !== null && !isZero(value);
}
