import type { JsonObject } from "../api/field-access.js";
import { readFields } from "./wire-reader.js";

const META = "io.k8s.apimachinery.pkg.apis.meta.v1.";
const APIEXTENSIONS = "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.";

/** Decodes a message inside another one. */
export type DecodeNested = (message: string, bytes: Buffer) => JsonObject;

type Decode = (bytes: Buffer, nested: DecodeNested) => unknown;

/** Messages whose JSON is not an object with their fields. */
const WELL_KNOWN: Record<string, Decode> = {
  [`${META}Time`]: (bytes) => instant(bytes, 0),
  [`${META}MicroTime`]: (bytes) => instant(bytes, 6),
  [`${META}Duration`]: (bytes) => `${number(bytes, 1) / 1e9}s`,
  [`${META}FieldsV1`]: (bytes) => JSON.parse(text(bytes, 1) || "{}") as unknown,
  "io.k8s.apimachinery.pkg.api.resource.Quantity": (bytes) => text(bytes, 1) || "0",
  "io.k8s.apimachinery.pkg.util.intstr.IntOrString": (bytes) =>
    number(bytes, 1) === 1 ? text(bytes, 3) : number(bytes, 2),
  "io.k8s.apimachinery.pkg.runtime.RawExtension": (bytes) => JSON.parse(text(bytes, 1) || "null") as unknown,
  [`${APIEXTENSIONS}JSON`]: (bytes) => JSON.parse(text(bytes, 1) || "null") as unknown,
  [`${APIEXTENSIONS}JSONSchemaPropsOrBool`]: (bytes, nested) =>
    schemaOr(bytes, nested, number(bytes, 1) === 1),
  [`${APIEXTENSIONS}JSONSchemaPropsOrArray`]: (bytes, nested) => schemaOr(bytes, nested, []),
  [`${APIEXTENSIONS}JSONSchemaPropsOrStringArray`]: (bytes, nested) =>
    schemaOr(bytes, nested, texts(bytes, 2)),
};

export function isWellKnown(message: string): boolean {
  return Object.hasOwn(WELL_KNOWN, message);
}

export function decodeWellKnown(message: string, bytes: Buffer, nested: DecodeNested): unknown {
  return WELL_KNOWN[message]?.(bytes, nested);
}

/** RFC 3339 with so many digits of a second; null for Go's zero time. */
function instant(bytes: Buffer, digits: number): string | null {
  if (bytes.length === 0) return null;
  const seconds = new Date(number(bytes, 1) * 1000).toISOString().slice(0, 19);
  if (digits === 0) return `${seconds}Z`;
  const fraction = String(Math.floor(number(bytes, 2) / 1000)).padStart(digits, "0");
  return `${seconds}.${fraction}Z`;
}

function schemaOr(bytes: Buffer, nested: DecodeNested, otherwise: unknown): unknown {
  // Only the bool has its schema second; the lists of the others are no schemas.
  const schemaNumber = typeof otherwise === "boolean" ? 2 : 1;
  const schema = readFields(bytes).find((field) => field.number === schemaNumber)?.value;
  return Buffer.isBuffer(schema) ? nested(`${APIEXTENSIONS}JSONSchemaProps`, schema) : otherwise;
}

function number(bytes: Buffer, wanted: number): number {
  const field = readFields(bytes).find((candidate) => candidate.number === wanted);
  return typeof field?.value === "bigint" ? Number(BigInt.asIntN(64, field.value)) : 0;
}

function text(bytes: Buffer, wanted: number): string {
  return texts(bytes, wanted)[0] ?? "";
}

function texts(bytes: Buffer, wanted: number): string[] {
  return readFields(bytes)
    .filter(({ number: found }) => found === wanted)
    .map(({ value }) => (Buffer.isBuffer(value) ? value.toString("utf8") : ""));
}
