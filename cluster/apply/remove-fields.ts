import { isRecord } from "../api/field-access.js";
import type { ResolveSchema, Schema } from "../schema/schema.js";
import type { FieldPath } from "./field-path.js";
import { keyPath, pathKey, structureOf } from "./field-path.js";
import type { FieldSet } from "./field-set.js";

const METADATA = pathKey(["f:metadata"]);

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
  // Whatever somebody gives up, an object has metadata.
  const parts = withParents(given.kept).add(METADATA);
  for (const key of given.fields) {
    if (parts.has(key)) continue;
    removeAt(object, outermostUnowned(keyPath(key), parts), { schema, resolve });
  }
}

/** The fields and everything they are in: what has to stay for them to stay. */
function withParents(fields: FieldSet): Set<string> {
  const parts = new Set<string>();
  for (const key of fields) {
    const path = keyPath(key);
    for (let length = path.length; length > 0; length--) {
      const part = pathKey(path.slice(0, length));
      if (parts.has(part)) break;
      parts.add(part);
    }
  }
  return parts;
}

/** The longest part of the path above which somebody owns something: that whole part goes. */
function outermostUnowned(path: FieldPath, parts: FieldSet): FieldPath {
  const length = path.findIndex((_element, i) => !parts.has(pathKey(path.slice(0, i + 1))));
  return path.slice(0, length + 1);
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
