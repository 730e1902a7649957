import { isRecord } from "../api/field-access.js";
import type { JsonObject } from "../api/field-access.js";
import type { FieldPath } from "./field-path.js";
import { keyPath, pathKey } from "./field-path.js";

/** Paths of fields, by `pathKey`. */
export type FieldSet = ReadonlySet<string>;

/** The set a `fieldsV1` stands for. */
export function parseFields(fields: unknown): FieldSet {
  const set = new Set<string>();
  collect(fields, [], set);
  return set;
}

function collect(node: unknown, path: FieldPath, set: Set<string>): void {
  if (!isRecord(node)) return;
  const children = Object.keys(node).filter((key) => key !== ".");
  if (path.length > 0 && (children.length === 0 || "." in node)) set.add(pathKey(path));
  for (const child of children) collect(node[child], [...path, child], set);
}

/** The set as `fieldsV1`: a member with members inside is marked by `.`. */
export function formatFields(set: FieldSet): JsonObject {
  const root: JsonObject = {};
  for (const key of [...set].toSorted()) {
    let node = root;
    for (const element of keyPath(key)) {
      const next = node[element];
      const child = isRecord(next) ? next : {};
      node[element] = child;
      node = child;
    }
    node["."] = {};
  }
  return withoutLeafMarks(root);
}

function withoutLeafMarks(node: JsonObject): JsonObject {
  const names = Object.keys(node);
  if (names.length === 1 && names[0] === ".") return {};
  return Object.fromEntries(
    names.map((name) => [name, name === "." ? {} : withoutLeafMarks(node[name] as JsonObject)]),
  );
}

export function union(a: FieldSet, b: FieldSet): FieldSet {
  return new Set([...a, ...b]);
}

export function without(a: FieldSet, b: FieldSet): FieldSet {
  return new Set([...a].filter((key) => !b.has(key)));
}
