import { isRecord } from "../api/field-access.js";
import type { ResolveSchema, Schema } from "../schema/schema.js";
import type { FieldPath } from "./field-path.js";
import { isInside, keyPath, pathKey, structureOf } from "./field-path.js";
import type { FieldSet } from "./field-set.js";

/**
 * Removes from `object`, in place, the fields an applier gave up. What somebody still owns (`kept`) stays, and so do
 * the values around it; a part in which nobody owns anything goes with its last field.
 */
export function removeFields(
  object: Record<string, unknown>,
  given: { fields: FieldSet; kept: FieldSet },
  schema: Schema | undefined,
  resolve: ResolveSchema,
): void {
  for (const key of given.fields) {
    if (given.kept.has(key)) continue;
    const path = keyPath(key);
    removeAt(object, outermostUnowned(path, given.kept), { schema, resolve });
  }
}

/** The longest part of the path above which somebody owns something: that whole part goes. */
function outermostUnowned(path: FieldPath, kept: FieldSet): FieldPath {
  const keys = [...kept];
  for (let length = 1; length < path.length; length++) {
    const prefix = pathKey(path.slice(0, length));
    if (!kept.has(prefix) && !keys.some((key) => isInside(key, prefix))) return path.slice(0, length);
  }
  return path;
}

interface Shape {
  schema: Schema | undefined;
  resolve: ResolveSchema;
}

function removeAt(value: unknown, [element, ...rest]: FieldPath, { schema, resolve }: Shape): void {
  if (element === undefined) return;
  const structure = structureOf(value, schema, resolve);
  if (structure.kind === "fields" && isRecord(value)) {
    const name = element.slice(2);
    if (rest.length === 0) delete value[name];
    else removeAt(value[name], rest, { schema: structure.schemaOf(name), resolve });
  } else if (structure.kind === "elements" && Array.isArray(value)) {
    const index = value.findIndex((item: unknown) => structure.elementOf(item) === element);
    if (index === -1) return;
    if (rest.length === 0) value.splice(index, 1);
    else removeAt(value[index], rest, { schema: structure.items, resolve });
  }
}
