import { isRecord } from "../api/field-access.js";
import type { ApiObject } from "../api/object.js";
import type { ResolveSchema, Schema } from "../schema/schema.js";
import { compareFields, fieldsOf } from "./field-diff.js";
import type { FieldSet } from "./field-set.js";
import { without } from "./field-set.js";

const ANNOTATION = "kubectl.kubernetes.io/last-applied-configuration";
/** What all annotations of an object may take: a configuration as large as that is not kept. */
const MAX_BYTES = 256 * 1024;

/**
 * Keeps, in place, the annotation of client-side apply true for objects that `kubectl apply --server-side` has taken over, so that
 * going back to the client side finds what was applied last.
 */
export function updateLastApplied(object: ApiObject, manager: string, applied: ApiObject): void {
  const { annotations } = object.metadata;
  if (manager !== "kubectl" || annotations?.[ANNOTATION] === undefined) return;
  const { [ANNOTATION]: _last, ...others } = applied.metadata.annotations ?? {};
  const { annotations: _annotations, ...metadata } = applied.metadata;
  const hasOthers = Object.keys(others).length > 0;
  const configuration = { ...applied, metadata: { ...metadata, ...(hasOthers && { annotations: others }) } };
  const text = `${JSON.stringify(sorted(configuration))}\n`;
  annotations[ANNOTATION] = Buffer.byteLength(text) > MAX_BYTES ? "" : text;
}

/**
 * The fields of `live` that client-side apply set and nobody has changed since: `kubectl apply --server-side` may take them from their
 * managers without force.
 */
export function fieldsLastApplied(
  live: ApiObject,
  schema: Schema | undefined,
  resolve: ResolveSchema,
): FieldSet {
  const last = parsed(live.metadata.annotations?.[ANNOTATION] ?? "");
  if (last === undefined || last.apiVersion !== live.apiVersion) return new Set();
  return without(fieldsOf(last, schema, resolve), compareFields(live, last, schema, resolve).changed);
}

function parsed(text: string): ApiObject | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isRecord(value) && isRecord(value["metadata"]) ? (value as ApiObject) : undefined;
  } catch {
    // Anybody may write anything there: then nothing is known of what was applied.
    return undefined;
  }
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (!isRecord(value)) return value;
  const names = Object.keys(value).toSorted();
  return Object.fromEntries(names.map((name) => [name, sorted(value[name])]));
}
