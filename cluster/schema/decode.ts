import type { JsonObject } from "../api/field-access.js";
import { isRecord } from "../api/field-access.js";
import { referencedName } from "./built-in-schemas.js";
import { readMicroTime, readTime } from "./go-time.js";
import { canonicalQuantity, QUANTITY_ERROR } from "./quantity.js";
import type { ResolveSchema, Schema } from "./schema.js";

/** What Go's decoder would say of a body: unknown fields, and the first value of a wrong type. */
export interface DecodeFindings {
  unknownFields: string[];
  /** Such as `json: cannot unmarshal string into Go struct field Container.spec.containers.name of type string`. */
  typeError?: string;
}

/**
 * Whether Go would read the body from a text, or take it over from a map, as it does with what a strategic merge patch makes: the same
 * faults have other words then.
 */
export type DecodeSource = "text" | "map";

/** Nothing, by the type of a schema. */
const ZERO_ITEMS: Record<string, unknown> = { string: "", integer: 0, number: 0, boolean: false };

/** Compares a JSON body with the schema of its built-in kind, in place: nulls and unknown fields are dropped as Go does. */
export function decodeBuiltIn(
  body: JsonObject,
  schema: Schema,
  { kind, resolve, source = "text" }: { kind: string; resolve: ResolveSchema; source?: DecodeSource },
): DecodeFindings {
  const decoder = new Decoder(resolve, source);
  decoder.object(body, schema, { path: "", goPath: [], struct: kind });
  return decoder.findings;
}

interface Place {
  /** With list indexes, for strict errors. */
  path: string;
  /** Without them, for type errors. */
  goPath: string[];
  struct: string;
}

class Decoder {
  readonly findings: DecodeFindings = { unknownFields: [] };
  readonly #resolve: ResolveSchema;
  readonly #source: DecodeSource;

  constructor(resolve: ResolveSchema, source: DecodeSource) {
    this.#resolve = resolve;
    this.#source = source;
  }

  object(value: JsonObject, schema: Schema, place: Place): void {
    const { properties, additionalProperties } = schema;
    if (properties === undefined && typeof additionalProperties !== "object") return;
    for (const [name, field] of Object.entries(value)) {
      const known =
        properties !== undefined && Object.hasOwn(properties, name) ? properties[name] : undefined;
      const property = known ?? (typeof additionalProperties === "object" ? additionalProperties : undefined);
      if (property === undefined) {
        this.findings.unknownFields.push(place.path === "" ? name : `${place.path}.${name}`);
        delete value[name];
      } else if (field === null) {
        // A map keeps the key, with nothing as its value has it.
        const zero = known === undefined ? this.#zero(property) : null;
        if (zero === null) delete value[name];
        else value[name] = zero;
      } else {
        const read = this.#read(field, property, this.#child(place, name, known !== undefined));
        if (read !== field) value[name] = read;
      }
    }
  }

  /** The value as Go writes it again. */
  #read(value: unknown, schema: Schema, place: Place): unknown {
    if (isQuantitySchema(schema)) return this.#quantity(value);
    if (typeof value === "string" && timeReader(schema) !== undefined) return this.#time(value, schema);
    this.#value(value, schema, place);
    return value;
  }

  #quantity(value: unknown): unknown {
    const canonical = canonicalQuantity(value);
    if (canonical === undefined) this.findings.typeError ??= QUANTITY_ERROR;
    return canonical;
  }

  #time(value: string, schema: Schema): string | null {
    const time = timeReader(schema)?.(value);
    if (time === undefined) return value;
    if ("text" in time) return time.text;
    this.findings.typeError ??= time.fault;
    return value;
  }

  #child(place: Place, name: string, isField: boolean): Place {
    const path = place.path === "" ? name : `${place.path}.${name}`;
    return { path, goPath: isField ? [...place.goPath, name] : place.goPath, struct: place.struct };
  }

  #value(value: unknown, declared: Schema, place: Place): void {
    // Whatever stands there is kept as it is, and judged by whom it is for.
    if (structName(declared) === "RawExtension") return;
    const schema = this.#resolve(declared);
    const expected = schema.type;
    if (Array.isArray(value)) {
      if (expected !== undefined && expected !== "array") return this.#wrongType(value, declared, place);
      const { items } = schema;
      if (items === undefined) return;
      value.forEach((item: unknown, i) => {
        if (item === null) value[i] = this.#zero(items);
        this.#value(value[i], items, { ...place, path: `${place.path}[${i}]` });
      });
      return;
    }
    if (isRecord(value)) {
      if (expected !== undefined && expected !== "object") return this.#wrongType(value, declared, place);
      return this.object(value, schema, { ...place, struct: structName(declared) ?? place.struct });
    }
    this.#scalar(value, declared, place);
  }

  /** What Go reads a null in a list or a map as. */
  #zero(items: Schema): unknown {
    if (isQuantitySchema(items)) return "0";
    const { type = "" } = this.#resolve(items);
    return type === "object" ? {} : (ZERO_ITEMS[type] ?? null);
  }

  #scalar(value: unknown, declared: Schema, place: Place): void {
    const schema = this.#resolve(declared);
    if (value === null || schema.type === undefined) return;
    if (schema.format === "byte" && typeof value === "string") this.#base64(value);
    const isRight = {
      string: typeof value === "string",
      boolean: typeof value === "boolean",
      number: typeof value === "number",
      integer: Number.isInteger(value) && isInRange(Number(value), schema.format),
    }[schema.type];
    if (isRight === true) return;
    this.#wrongType(value, declared, place);
  }

  #base64(text: string): void {
    const valid = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;
    const compact = text.replaceAll(/[\r\n]/g, "");
    if (valid.test(compact)) return;
    const wrong = /[^A-Za-z0-9+/]/.exec(compact)?.index ?? compact.length - (compact.length % 4);
    const prefix = this.#source === "map" ? "error decoding from json: " : "";
    this.findings.typeError ??= `${prefix}illegal base64 data at input byte ${wrong}`;
  }

  #wrongType(value: unknown, declared: Schema, place: Place): void {
    if (this.findings.typeError !== undefined) return;
    const schema = this.#resolve(declared);
    const goType = goTypeName(declared, this.#resolve);
    // What reads itself from JSON does so wherever it stands.
    if (this.#source === "map" && timeReader(declared) !== undefined) {
      this.findings.typeError = `json: cannot unmarshal ${jsonTypeOf(value, schema)} into Go value of type ${goType}`;
      return;
    }
    if (this.#source === "map") {
      this.findings.typeError = cannotConvert(value, schema, goType);
      return;
    }
    const found = jsonTypeOf(value, schema);
    const where = place.goPath.length === 0 ? "" : ` struct field ${place.struct}.${place.goPath.join(".")}`;
    this.findings.typeError = `json: cannot unmarshal ${found} into Go${where === "" ? " value" : where} of type ${goType}`;
  }
}

/** Whether a whole number fits into the type Go has for the format. */
function isInRange(value: number, format: string | undefined): boolean {
  return format !== "int32" || (value >= -(2 ** 31) && value < 2 ** 31);
}

function isQuantitySchema({ $ref, allOf }: Schema): boolean {
  return ($ref ?? allOf?.[0]?.$ref ?? "").endsWith(".resource.Quantity");
}

const TIMES = { Time: readTime, MicroTime: readMicroTime };

/** What reads values of the schema, where it is that of a time. */
function timeReader(schema: Schema): typeof readTime | undefined {
  const name = structName(schema);
  return name === "Time" || name === "MicroTime" ? TIMES[name] : undefined;
}

/** What Go's decoder calls the type of a value. */
function jsonTypeOf(value: unknown, schema: Schema): string {
  if (Array.isArray(value)) return "array";
  if (typeof value === "number") return schema.type === "integer" ? `number ${value}` : "number";
  return typeof value === "boolean" ? "bool" : typeof value;
}

/** What Go's converter says of a value that is none of the type of the field it is for. */
function cannotConvert(value: unknown, schema: Schema, goType: string): string {
  const kind = goKindOf(value);
  if (schema.type === "array") return `cannot restore slice from ${kind}`;
  if (schema.type === "object") {
    return schema.properties === undefined && typeof schema.additionalProperties === "object"
      ? `cannot restore map from ${kind}`
      : `cannot restore struct from: ${kind}`;
  }
  // A whole number may stand for a character, and a fraction be cut off: Go could convert these, and JSON may not.
  const isNumber = kind === "int64" || kind === "float64";
  const isLossy = schema.type === "string" ? kind === "int64" : isNumber && schema.type !== "boolean";
  if (isLossy) return `cannot convert ${kind} to ${goType}`;
  return `unrecognized type: ${goType.includes(".") ? "string" : goType}`;
}

function goKindOf(value: unknown): string {
  if (Array.isArray(value)) return "slice";
  if (isRecord(value)) return "map";
  if (typeof value === "number") return Number.isInteger(value) ? "int64" : "float64";
  return typeof value === "boolean" ? "bool" : typeof value;
}

/** The Go struct a schema stands for, which is the last part of its name. */
function structName({ $ref, allOf }: Schema): string | undefined {
  const ref = $ref ?? (allOf?.length === 1 ? allOf[0]?.$ref : undefined);
  return ref === undefined ? undefined : referencedName(ref).split(".").at(-1);
}

function goTypeName(declared: Schema, resolve: ResolveSchema): string {
  const schema = resolve(declared);
  // A time is read from a text.
  if (timeReader(declared) !== undefined) return "string";
  const ref = declared.$ref ?? declared.allOf?.[0]?.$ref;
  if (ref !== undefined) return referencedName(ref).split(".").slice(-2).join(".");
  switch (schema.type) {
    case "integer":
      return schema.format ?? "int64";
    case "number":
      return "float64";
    case "boolean":
      return "bool";
    case "array":
      return schema.items === undefined ? "[]interface {}" : `[]${goTypeName(schema.items, resolve)}`;
    case "object":
      return typeof schema.additionalProperties === "object"
        ? `map[string]${goTypeName(schema.additionalProperties, resolve)}`
        : "map[string]interface {}";
    default:
      return schema.format === "byte" ? "[]uint8" : "string";
  }
}
