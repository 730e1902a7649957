import type { JsonObject } from "../api/field-access.js";
import { isRecord } from "../api/field-access.js";
import type { ProtobufField } from "../protobuf/facts.js";
import { loadMessages } from "../protobuf/facts.js";
import { apiVersionOf } from "../registry/resource-type.js";
import type { GroupVersionKind } from "../registry/resource-type.js";

/** Metadata of the object itself is the server's; the rest of what Go writes for it is decided elsewhere. */
const SKIPPED_AT_ROOT = new Set(["metadata", "apiVersion", "kind"]);
const SCALARS: Record<string, unknown> = { string: "", bytes: null, bool: false, double: 0 };

/**
 * Gives a built-in object the form Go's encoder would, in place: zero values of fields marked `omitempty` go, absent
 * fields that are not get their zero.
 */
export function setGoForm(object: JsonObject, kind: GroupVersionKind): void {
  const message = loadMessages().kinds[`${apiVersionOf(kind)}/${kind.kind}`];
  if (message !== undefined) visit(object, message, true);
}

function visit(object: JsonObject, message: string, isRoot = false): void {
  for (const field of Object.values(loadMessages().messages[message] ?? {})) {
    if (isRoot && SKIPPED_AT_ROOT.has(field.name)) continue;
    if (field.inline === true && isMessage(field)) visit(object, field.type);
    else visitField(object, field);
  }
}

function visitField(object: JsonObject, field: ProtobufField): void {
  const value = object[field.name];
  if (value === undefined || value === null) {
    if (field.keepEmpty === true) object[field.name] = zeroOf(field);
    return;
  }
  if (field.pointer !== true && field.keepEmpty !== true && isEmptyValue(value, field)) {
    delete object[field.name];
    return;
  }
  if (!isMessage(field)) return;
  if (Array.isArray(value)) for (const item of value) visitValue(item, field.type);
  else if (field.map === true) for (const item of Object.values(value)) visitValue(item, field.type);
  else visitValue(value, field.type);
}

function visitValue(value: unknown, message: string): void {
  if (isRecord(value)) visit(value, message);
}

function zeroOf(field: ProtobufField): unknown {
  if (field.repeated === true || field.map === true) return null;
  if (!isMessage(field)) return field.type in SCALARS ? SCALARS[field.type] : 0;
  if (/\.(?:Micro)?Time$/.test(field.type)) return null;
  if (field.type.endsWith(".Quantity")) return "0";
  if (field.type.endsWith(".IntOrString")) return 0;
  const zero: JsonObject = {};
  visit(zero, field.type);
  return zero;
}

/** A struct that is no pointer is never empty for Go. */
function isEmptyValue(value: unknown, field: ProtobufField): boolean {
  if (Array.isArray(value)) return value.length === 0;
  if (isRecord(value)) return field.map === true && Object.keys(value).length === 0;
  return (value === "" || value === 0 || value === false) && !isMessage(field);
}

function isMessage({ type }: ProtobufField): boolean {
  return type.includes(".") && loadMessages().messages[type] !== undefined;
}
