import type { z } from "zod";
import { type SchemaIssue, plainIssues } from "./issue-text.js";

/** What of a value fits a schema. */
export interface FittingParts<Value> {
  /** Absent where nothing does. */
  value?: Value;
  /** What does not, each with the part that is left out for it; paths are those of the whole value. */
  left: { issue: SchemaIssue; part: readonly PropertyKey[] }[];
  /** Where a part of `value` stands in the whole one, whose lists may have more items. */
  writtenPath: (path: readonly PropertyKey[]) => readonly PropertyKey[];
}

/** A part that is left out may leave one that lacks it, and so on outwards: no deeper than definitions are nested. */
const MOST_ROUNDS = 16;
/** A file of which more does not fit is something else. */
const MOST_PARTS = 200;

/** Reads the value without those parts that do not fit: the smallest of which each is one that can be left out. */
export function fittingParts<Schema extends z.ZodType>(
  schema: Schema,
  whole: unknown,
): FittingParts<z.infer<Schema>> {
  const left = new Map<string, FittingParts<unknown>["left"][number]>();
  const removed: PropertyKey[][] = [];
  const writtenPath = (path: readonly PropertyKey[]): readonly PropertyKey[] =>
    removed.reduceRight(behindRemoved, path);
  let value = whole;
  for (let round = 0; round < MOST_ROUNDS; round++) {
    const read = schema.safeParse(value);
    if (read.success) return { value: read.data, left: [...left.values()], writtenPath };
    const parts = new Map<string, readonly PropertyKey[]>();
    const issues = plainIssues(read.error.issues);
    for (const issue of issues.slice(0, MOST_PARTS)) {
      const part = existingPart(value, issue.path);
      const path = writtenPath(issue.path);
      const key = JSON.stringify(path.map(String));
      left.set(key, { issue: left.get(key)?.issue ?? { ...issue, path }, part: writtenPath(part) });
      parts.set(JSON.stringify(part.map(String)), part);
    }
    if (issues.length > MOST_PARTS) break;
    // Of a list the last is taken out first, so that the others stay where they are.
    for (const part of [...parts.values()].toSorted(lastFirst)) {
      if (part.length === 0) return { left: [...left.values()], writtenPath };
      if (existingPart(value, part).length < part.length) continue;
      value = without(value, part);
      removed.push([...part]);
    }
  }
  return { left: [...left.values()], writtenPath };
}

/** What is missing cannot be left out: that is what lacks it. */
function existingPart(value: unknown, path: readonly PropertyKey[]): readonly PropertyKey[] {
  let inner = value;
  for (const [at, key] of path.entries()) {
    if (typeof inner !== "object" || inner === null || !Object.hasOwn(inner, key)) return path.slice(0, at);
    inner = (inner as Record<PropertyKey, unknown>)[key];
  }
  return path;
}

/** A copy as far as it differs: an alias stands for the same value elsewhere. */
function without(value: unknown, [key, ...rest]: readonly PropertyKey[]): unknown {
  if (Array.isArray(value)) {
    const items = value as unknown[];
    const index = Number(key);
    return rest.length === 0 ? items.toSpliced(index, 1) : items.with(index, without(items[index], rest));
  }
  const entries = Object.entries(Object(value) as object);
  return Object.fromEntries(
    entries.flatMap(([name, inner]: [string, unknown]) => {
      if (name !== String(key)) return [[name, inner]];
      return rest.length === 0 ? [] : [[name, without(inner, rest)]];
    }),
  );
}

function lastFirst(one: readonly PropertyKey[], other: readonly PropertyKey[]): number {
  for (const [at, key] of one.entries()) {
    const against = other[at];
    if (typeof key === "number" && typeof against === "number" && key !== against) return against - key;
  }
  return other.length - one.length;
}

/** The path as it was before that item of a list was taken out; of a map nothing moves. */
function behindRemoved(path: readonly PropertyKey[], taken: readonly PropertyKey[]): readonly PropertyKey[] {
  const at = taken.length - 1;
  const [index, own] = [taken[at], path[at]];
  if (typeof index !== "number" || typeof own !== "number" || own < index) return path;
  if (!taken.slice(0, at).every((key, place) => path[place] === key)) return path;
  return path.with(at, own + 1);
}
