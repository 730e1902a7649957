import { asText, isRecord, ownAt, setOwn } from "../api/field-access.js";
import { badRequest, StatusError } from "../api/status.js";
import type { ResolveSchema, Schema } from "../schema/schema.js";
import { fieldSchema } from "../schema/schema.js";
import { cannotUnmarshal, goText } from "./go-text.js";
import { orderElements } from "./element-order.js";
import type { Identify } from "./element-order.js";

const DIRECTIVE = "$patch";
const RETAIN_KEYS = "$retainKeys";
const ORDER_PREFIX = "$setElementOrder/";
const DELETE_PREFIX = "$deleteFromPrimitiveList/";

type Fields = Record<string, unknown>;

/** How one field is patched: the merge key and strategies its schema declares. */
interface PatchMeta {
  schema: Schema | undefined;
  mergeKey: string | undefined;
  strategies: string[];
}

/** Applies a strategic merge patch by the merge keys of `schema` and returns the result; arguments stay unchanged. */
export function applyStrategicMergePatch(
  target: unknown,
  patch: unknown,
  schema: Schema | undefined,
  resolve: ResolveSchema,
): unknown {
  // Go reads a null as a patch of no fields.
  if (patch === null) return target;
  if (!isRecord(patch)) throw badRequest(cannotUnmarshal(patch, "map[string]interface {}"));
  const merger = new StrategicMerge(resolve);
  return merger.mergeMap(isRecord(target) ? target : {}, structuredClone(patch), schema);
}

class StrategicMerge {
  readonly #resolve: ResolveSchema;

  constructor(resolve: ResolveSchema) {
    this.#resolve = resolve;
  }

  mergeMap(original: Fields, patch: Fields, schema: Schema | undefined): Fields {
    const directive = patch[DIRECTIVE];
    if (directive === "replace") return dropDirectives(without(patch, DIRECTIVE)) as Fields;
    if (directive === "delete") return {};
    if (directive !== undefined && directive !== "merge") {
      throw badRequest(`unknown patch type: ${asText(directive)} in map`);
    }
    const result = retainKeys({ ...original }, patch);
    this.#mergeOrdered(result, patch, schema);
    for (const [key, value] of Object.entries(patch)) {
      if (key !== DIRECTIVE && key !== RETAIN_KEYS) this.#mergeField(result, key, value, schema);
    }
    return result;
  }

  #mergeField(result: Fields, key: string, value: unknown, schema: Schema | undefined): void {
    if (key.startsWith(DELETE_PREFIX)) {
      const field = key.slice(DELETE_PREFIX.length);
      const present = ownAt(result, field);
      if (Array.isArray(present) && Array.isArray(value)) {
        const gone = new Set<unknown>(value);
        result[field] = present.filter((element) => !gone.has(element));
      }
      return;
    }
    if (value === null) {
      delete result[key];
      return;
    }
    const current = ownAt(result, key);
    const meta = this.#meta(schema, key);
    if (isRecord(value) && isRecord(current)) {
      const isReplaced = meta.strategies.includes("replace");
      const merged = isReplaced ? dropDirectives(value) : this.mergeMap(current, value, meta.schema);
      setOwn(result, key, merged);
    } else if (Array.isArray(value) && Array.isArray(current)) {
      result[key] = this.#mergeList(current, value, meta);
    } else {
      setOwn(result, key, dropDirectives(value));
    }
  }

  /** Handles the lists whose order the patch dictates, and takes them out of the patch. */
  #mergeOrdered(result: Fields, patch: Fields, schema: Schema | undefined): void {
    for (const [key, order] of Object.entries(patch)) {
      if (!key.startsWith(ORDER_PREFIX)) continue;
      delete patch[key];
      const field = key.slice(ORDER_PREFIX.length);
      const [current, change] = [ownAt(result, field), ownAt(patch, field)];
      if (!Array.isArray(order) || (!Array.isArray(current) && !Array.isArray(change))) continue;
      const meta = this.#meta(schema, field);
      const server = Array.isArray(current) ? current : [];
      if (Array.isArray(change)) requireOrdered(change, order, identifier(meta.mergeKey));
      const merged = Array.isArray(change) ? this.#mergeList(server, change, meta) : server;
      result[field] = orderElements(merged, order, server, identifier(meta.mergeKey));
      delete patch[field];
    }
  }

  #mergeList(original: unknown[], patch: unknown[], meta: PatchMeta): unknown[] {
    if (!meta.strategies.includes("merge")) return dropDirectives(patch) as unknown[];
    const identify = identifier(meta.mergeKey);
    if (meta.mergeKey === undefined) {
      return orderElements([...new Set([...original, ...patch])], patch, original, identify);
    }
    const changes = patch.filter(isRecord);
    requireMergeKeys(changes, meta.mergeKey);
    const kept = changes.filter(
      (change) => change[DIRECTIVE] !== "delete" && change[DIRECTIVE] !== "replace",
    );
    if (changes.some((change) => change[DIRECTIVE] === "replace")) return kept.map(dropDirectives);
    const deleted = new Set(changes.filter((change) => change[DIRECTIVE] === "delete").map(identify));
    const remaining = original.filter((element) => !deleted.has(identify(element)));
    return orderElements(this.#mergeElements(remaining, kept, meta), kept, remaining, identify);
  }

  #mergeElements(remaining: unknown[], changes: Fields[], meta: PatchMeta): unknown[] {
    const identify = identifier(meta.mergeKey);
    const merged = [...remaining];
    const items = meta.schema?.items;
    const places = new Map<unknown, number>();
    for (const [index, element] of merged.entries())
      if (!places.has(identify(element))) places.set(identify(element), index);
    for (const change of changes) {
      const id = identify(change);
      const index = places.get(id) ?? merged.length;
      const current = merged[index];
      merged[index] = isRecord(current) ? this.mergeMap(current, change, items) : dropDirectives(change);
      places.set(id, index);
    }
    return merged;
  }

  #meta(parent: Schema | undefined, key: string): PatchMeta {
    const declared = fieldSchema(parent && this.#resolve(parent), key);
    const schema = declared && this.#resolve(declared);
    return {
      schema,
      mergeKey: declared?.["x-kubernetes-patch-merge-key"] ?? schema?.["x-kubernetes-patch-merge-key"],
      strategies: (
        declared?.["x-kubernetes-patch-strategy"] ??
        schema?.["x-kubernetes-patch-strategy"] ??
        ""
      ).split(","),
    };
  }
}

function identifier(mergeKey: string | undefined): Identify {
  if (mergeKey === undefined) return (element) => element;
  return (element) => (isRecord(element) ? element[mergeKey] : undefined);
}

function requireMergeKeys(changes: Fields[], mergeKey: string): void {
  for (const change of changes) {
    if (change[DIRECTIVE] === "replace" || change[mergeKey] !== undefined) continue;
    throw noSuchPatch(`map: ${goText(change)} does not contain declared merge key: ${mergeKey}`);
  }
}

/** What the order leaves out, or has in another order than the patch itself. */
function requireOrdered(patch: unknown[], order: unknown[], identify: Identify): void {
  if (order.length === 0) return;
  const kept = patch.filter((change) => !(isRecord(change) && change[DIRECTIVE] === "delete"));
  let found = 0;
  for (const place of order) if (found < kept.length && identify(kept[found]) === identify(place)) found += 1;
  if (found === kept.length) return;
  throw noSuchPatch(
    `The order in patch list:\n${goText(patch)}\n doesn't match $setElementOrder list:\n${goText(order)}\n`,
  );
}

/** A real API server has no reason for these: 500, and the text alone. */
function noSuchPatch(message: string): StatusError {
  return new StatusError({ code: 500, reason: "", message });
}

function retainKeys(original: Fields, patch: Fields): Fields {
  const kept = patch[RETAIN_KEYS];
  if (!Array.isArray(kept)) return original;
  const names = new Set<unknown>(kept);
  return Object.fromEntries(Object.entries(original).filter(([key]) => names.has(key)));
}

/** What a patch adds where nothing was: its values, without instructions and without nulls. */
function dropDirectives(value: unknown): unknown {
  if (Array.isArray(value)) {
    return value.filter((element) => !(isRecord(element) && DIRECTIVE in element)).map(dropDirectives);
  }
  if (!isRecord(value)) return value;
  const entries = Object.entries(value).filter(([key, field]) => !isDirective(key) && field !== null);
  return Object.fromEntries(entries.map(([key, field]) => [key, dropDirectives(field)]));
}

function isDirective(key: string): boolean {
  return (
    key === DIRECTIVE || key === RETAIN_KEYS || key.startsWith(ORDER_PREFIX) || key.startsWith(DELETE_PREFIX)
  );
}

function without(fields: Fields, key: string): Fields {
  return Object.fromEntries(Object.entries(fields).filter(([name]) => name !== key));
}
