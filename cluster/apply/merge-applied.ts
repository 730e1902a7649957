import { copyJson } from "../api/copy-json.js";
import { isRecord, ownAt, setOwn } from "../api/field-access.js";
import type { ResolveSchema, Schema } from "../schema/schema.js";
import { structureOf } from "./field-path.js";

/** The live value with the applied one merged in by the rules of the schema; both stay unchanged. */
export function mergeApplied(
  live: unknown,
  applied: unknown,
  schema: Schema | undefined,
  resolve: ResolveSchema,
): unknown {
  if (live === undefined || live === null) return copyJson(applied);
  const structure = structureOf(applied, schema, resolve);
  if (structure.kind === "fields" && isRecord(live) && isRecord(applied)) {
    const merged: Record<string, unknown> = { ...live };
    for (const [name, value] of Object.entries(applied)) {
      if (value === null) delete merged[name];
      else setOwn(merged, name, mergeApplied(ownAt(live, name), value, structure.schemaOf(name), resolve));
    }
    return merged;
  }
  if (structure.kind === "elements" && Array.isArray(live) && Array.isArray(applied)) {
    const { elementOf, items } = structure;
    const wanted = new Map(applied.map((item: unknown) => [elementOf(item), item]));
    const kept = live.map((item: unknown) => {
      const element = elementOf(item);
      if (!wanted.has(element)) return item;
      const merged = mergeApplied(item, wanted.get(element), items, resolve);
      wanted.delete(element);
      return merged;
    });
    return [...kept, ...[...wanted.values()].map((item) => copyJson(item))];
  }
  return copyJson(applied);
}
