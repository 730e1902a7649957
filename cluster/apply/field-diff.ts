import { isDeepStrictEqual } from "node:util";
import { isRecord } from "../api/field-access.js";
import type { ResolveSchema, Schema } from "../schema/schema.js";
import { longerKey, pathKey, structureOf } from "./field-path.js";
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
  /** Of the path to here. */
  key: string;
  /** Whether this is an element of a list. */
  isElement?: boolean;
}

/** The fields of an applied configuration: its leaves and the elements of its lists. */
export function fieldsOf(value: unknown, schema: Schema | undefined, resolve: ResolveSchema): FieldSet {
  const walker = new Walker(resolve, false);
  walker.add(value, { schema, key: "" });
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
  compare(before, after, { schema, key: "" }, { changed, removed, resolve });
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
    to.changed.addKey(place.key);
    return;
  }
  for (const [element, part] of now) {
    compare(old.get(element)?.value, part.value, placeOf(place, element, part.schema), to);
  }
  for (const [element, part] of old) {
    if (!now.has(element)) to.removed.add(part.value, placeOf(place, element, part.schema));
  }
}

function placeOf({ key }: Place, element: string, schema: Schema | undefined): Place {
  return { schema, key: longerKey(key, element), isElement: !element.startsWith("f:") };
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

  addKey(key: string): void {
    this.found.add(key);
  }

  add(value: unknown, place: Place): void {
    if (value === undefined || value === null) return;
    const { schema, key, isElement = false } = place;
    const parts = partsOf(value, { schema }, this.#resolve);
    if (parts === undefined || parts.size === 0) return this.addKey(key);
    // A struct that is no pointer is always there in Go; the schema gives it `{}` as default.
    const isOptional = isRecord(value) && schema?.default === undefined;
    if (key !== "" && (isElement || (this.#marksParents && isOptional))) this.addKey(key);
    for (const [element, part] of parts) this.add(part.value, placeOf(place, element, part.schema));
  }
}
