import type { JsonObject } from "../api/field-access.js";
import { badRequest } from "../api/status.js";
import type { ResourceType } from "../registry/resource-type.js";
import type { DecodeSource } from "./decode.js";
import { decodeBuiltIn } from "./decode.js";
import { pruneUnknown } from "./prune.js";
import type { ResolveSchema, Schema } from "./schema.js";

/** What to do about fields the schema does not know (the `fieldValidation` parameter). */
export type FieldValidation = "Strict" | "Warn" | "Ignore";

export interface DecodeOptions {
  resolve: ResolveSchema;
  level: FieldValidation;
  warn: (text: string) => void;
  /** The kind and schema of the body where it is not the resource's own, such as Scale. */
  body?: { kind: string; version: string; schema: Schema | undefined };
  /** Words a failure; a body that came whole is said to be no object of its kind. */
  fail?: (why: string) => Error;
  /** A text where absent. */
  source?: DecodeSource;
  /** What the reader of the body says of fields it found twice. */
  duplicates?: string[];
}

/** What every custom resource has, whatever its own schema says. */
const CUSTOM_ROOT: Schema = {
  type: "object",
  properties: {
    apiVersion: { type: "string" },
    kind: { type: "string" },
    metadata: { $ref: "#/components/schemas/io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta" },
  },
  additionalProperties: {},
};

/** Reads a body as its kind, in place: unknown fields go, wrong types and, if asked for, unknown fields throw 400. */
export function decodeObject(type: ResourceType, object: JsonObject, options: DecodeOptions): void {
  const body = options.body ?? type;
  if (body.schema === undefined) return;
  if (type.custom !== undefined && options.body === undefined) {
    const metadata = decodeBuiltIn(object, CUSTOM_ROOT, { kind: body.kind, resolve: options.resolve });
    if (metadata.typeError !== undefined) throw failure(body, metadata.typeError, options);
    reportStrict(body, [...metadata.unknownFields, ...findUnknown(object, body.schema)], options);
    return;
  }
  const { unknownFields, typeError } = decodeBuiltIn(object, body.schema, {
    kind: body.kind,
    resolve: options.resolve,
    ...(options.source && { source: options.source }),
  });
  if (typeError !== undefined) throw failure(body, typeError, options);
  reportStrict(body, unknownFields, options);
}

function findUnknown(object: JsonObject, schema: Schema): string[] {
  return pruneUnknown(structuredClone(object), schema);
}

function reportStrict(
  body: { kind: string; version: string },
  unknownFields: string[],
  options: DecodeOptions,
): void {
  const { level, warn, duplicates = [] } = options;
  const texts = [...duplicates, ...unknownFields.map((field) => `unknown field ${JSON.stringify(field)}`)];
  if (texts.length === 0 || level === "Ignore") return;
  if (level === "Strict") throw failure(body, `strict decoding error: ${texts.join(", ")}`, options);
  for (const text of texts) warn(text);
}

function failure(
  { kind, version }: { kind: string; version: string },
  why: string,
  { fail }: DecodeOptions,
): Error {
  if (fail !== undefined) return fail(why);
  return badRequest(`${kind} in version ${JSON.stringify(version)} cannot be handled as a ${kind}: ${why}`);
}
