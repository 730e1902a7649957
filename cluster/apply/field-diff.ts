import { isDeepStrictEqual } from "node:util";
import { isRecord } from "../api/field-access.js";
import type { ResolveSchema, Schema } from "../schema/schema.js";
import type { FieldPath } from "./field-path.js";
import { pathKey, structureOf } from "./field-path.js";
import type { FieldSet } from "./field-set.js";

/** What nobody manages: the server sets it, or it names the object. */
const UNMANAGED = new Set(
  [
    ["f:apiVersion"],
    ["f:kind"],
    ["f:metadata"],
    ...[
      "name",
      "namespace",
      "creationTimestamp",
      "deletionTimestamp",
      "deletionGracePeriodSeconds",
      "selfLink",
      "uid",
      "generation",
      "managedFields",
      "resourceVersion",
    ].map((name) => ["f:metadata", `f:${name}`]),
  ].map(pathKey),
);

export interface FieldDifference {
  /** Fields that are new or have another value. */
  changed: FieldSet;
  removed: FieldSet;
}

interface Place {
  schema: Schema | undefined;
  path: FieldPath;
}

/** The fields of an applied configuration: its leaves and the elements of its lists. */
export function fieldsOf(value: unknown, schema: Schema | undefined, resolve: ResolveSchema): FieldSet {
  const walker = new Walker(resolve, false);
  walker.add(value, { schema, path: [] });
  return managed(walker.found);
}

/** The difference between two states of an object. */
export function compareFields(
  before: unknown,
  after: unknown,
  schema: Schema | undefined,
  resolve: ResolveSchema,
): FieldDifference {
  const changed = new Walker(resolve, true);
  const removed = new Walker(resolve, true);
  compare(before, after, { schema, path: [] }, { changed, removed, resolve });
  return { changed: managed(changed.found), removed: managed(removed.found) };
}

function managed(set: FieldSet): FieldSet {
  return new Set(
    [...set].filter((key) => !UNMANAGED.has(key) && !key.startsWith("f:metadata\u0000f:managedFields")),
  );
}

interface Comparison {
  changed: Walker;
  removed: Walker;
  resolve: ResolveSchema;
}

function compare(before: unknown, after: unknown, place: Place, to: Comparison): void {
  if (before === undefined && after === undefined) return;
  if (before === undefined || before === null) return to.changed.add(after, place);
  if (after === undefined || after === null) return to.removed.add(before, place);
  if (before === after || isDeepStrictEqual(before, after)) return;
  const [old, now] = [partsOf(before, place, to.resolve), partsOf(after, place, to.resolve)];
  if (old === undefined || now === undefined) {
    to.changed.addPath(place.path);
    return;
  }
  for (const [element, part] of now) {
    compare(old.get(element)?.value, part.value, { schema: part.schema, path: [...place.path, element] }, to);
  }
  for (const [element, part] of old) {
    if (!now.has(element))
      to.removed.add(part.value, { schema: part.schema, path: [...place.path, element] });
  }
}

/** The named parts of a value, or `undefined` for one that is whole. */
export function partsOf(
  value: unknown,
  { schema }: Pick<Place, "schema">,
  resolve: ResolveSchema,
): Map<string, { value: unknown; schema: Schema | undefined }> | undefined {
  const structure = structureOf(value, schema, resolve);
  if (structure.kind === "leaf") return undefined;
  if (structure.kind === "fields") {
    const entries = Object.entries(value as Record<string, unknown>);
    return new Map(
      entries.map(([name, part]) => [`f:${name}`, { value: part, schema: structure.schemaOf(name) }]),
    );
  }
  const items = value as unknown[];
  return new Map(items.map((item) => [structure.elementOf(item), { value: item, schema: structure.items }]));
}

class Walker {
  readonly found = new Set<string>();
  readonly #resolve: ResolveSchema;
  readonly #marksParents: boolean;

  /** `marksParents`: a map or pointer that is there counts as a field itself, as an update records it. */
  constructor(resolve: ResolveSchema, marksParents: boolean) {
    this.#resolve = resolve;
    this.#marksParents = marksParents;
  }

  addPath(path: FieldPath): void {
    this.found.add(pathKey(path));
  }

  add(value: unknown, { schema, path }: Place): void {
    if (value === undefined || value === null) return;
    const parts = partsOf(value, { schema }, this.#resolve);
    if (parts === undefined || parts.size === 0) return this.addPath(path);
    const isElement = path.at(-1)?.startsWith("f:") === false;
    // A struct that is no pointer is always there in Go; the schema gives it `{}` as default.
    const isOptional = isRecord(value) && schema?.default === undefined;
    if (path.length > 0 && (isElement || (this.#marksParents && isOptional))) this.addPath(path);
    for (const [element, part] of parts)
      this.add(part.value, { schema: part.schema, path: [...path, element] });
  }
}
