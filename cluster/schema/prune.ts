import { isRecord } from "../api/field-access.js";
import type { Schema } from "./schema.js";

const ROOT_FIELDS = new Set(["apiVersion", "kind", "metadata"]);

/** Removes from a custom resource, in place, the fields its structural schema does not know; returns their paths. */
export function pruneUnknown(object: Record<string, unknown>, schema: Schema): string[] {
  const removed: string[] = [];
  pruneFields(object, schema, { path: "", isRoot: true, removed });
  return removed;
}

interface Place {
  path: string;
  /** Whether the object has an apiVersion, kind and metadata of its own. */
  isRoot: boolean;
  removed: string[];
}

function pruneValue(value: unknown, schema: Schema, path: string, removed: string[]): void {
  if (Array.isArray(value)) {
    const { items } = schema;
    if (items !== undefined) value.forEach((item, i) => pruneValue(item, items, `${path}[${i}]`, removed));
  } else if (isRecord(value)) {
    const isRoot = schema["x-kubernetes-embedded-resource"] === true;
    pruneFields(value, schema, { path, isRoot, removed });
  }
}

function pruneFields(value: Record<string, unknown>, schema: Schema, { path, isRoot, removed }: Place): void {
  const isOpen =
    schema["x-kubernetes-preserve-unknown-fields"] === true || schema.additionalProperties === true;
  const additional =
    typeof schema.additionalProperties === "object" ? schema.additionalProperties : undefined;
  for (const [name, field] of Object.entries(value)) {
    if (isRoot && ROOT_FIELDS.has(name)) continue;
    const properties = schema.properties ?? {};
    const property = Object.hasOwn(properties, name) ? properties[name] : additional;
    const fieldPath = path === "" ? name : `${path}.${name}`;
    if (property !== undefined) pruneValue(field, property, fieldPath, removed);
    else if (!isOpen) {
      delete value[name];
      removed.push(fieldPath);
    }
  }
}
