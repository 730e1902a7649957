import { isRecord } from "../api/field-access.js";
import type { JsonObject } from "../api/field-access.js";
import { badRequest, unsupportedMediaType } from "../api/status.js";
import { requireShallow } from "./body-depth.js";
import { decodeProtobuf } from "../protobuf/envelope.js";
import { cannotUnmarshal } from "../patch/go-text.js";
import { goJsonFault } from "../schema/go-json.js";
import type { YamlBody } from "./read-yaml.js";
import { readYaml } from "./read-yaml.js";
import { byteFault } from "./yaml-fault.js";

const JSON_TYPE = "application/json";
const YAML_TYPE = "application/yaml";
const PROTOBUF_TYPE = "application/vnd.kubernetes.protobuf";

/** A body as a JSON object, and what reading it brought to light. */
export interface DecodedBody {
  object: JsonObject;
  /** What a strict reader says of fields given twice, as far as the format tells. */
  duplicates: string[];
}

/** The media type of a `Content-Type` header, without parameters; JSON where there is none. */
export function mediaType(header: string | undefined): string {
  return (header ?? JSON_TYPE).split(";")[0]?.trim().toLowerCase() ?? JSON_TYPE;
}

/** Words the refusal of a body by what is wrong with its JSON. */
export type RefuseBody = (fault: string, bytes: Buffer) => Error;

/** The bytes of a body that are shown where it is refused. */
const SHOWN_BYTES = 30;
/** What Go reads of a body first. */
const TYPE_META = String.raw`struct { APIVersion string "json:\"apiVersion,omitempty\""; Kind string "json:\"kind,omitempty\"" }`;

/** Says that the body is no object of the kind. */
export function unrecognized(kind: string): RefuseBody {
  return (fault, bytes) =>
    badRequest(`the object provided is unrecognized (must be of type ${kind}): ${fault} (${summary(bytes)})`);
}

function summary(bytes: Buffer): string {
  if (bytes.length === 0) return "<empty>";
  const shown = bytes.subarray(0, SHOWN_BYTES).toString(bytes[0] === 0x7b ? "utf8" : "hex");
  return bytes.length > SHOWN_BYTES ? `${shown} ...` : shown;
}

/** What is read as an object that says what it is; Go reads a null as one without fields. */
function objectOf(value: unknown, refuse: (fault: string) => Error): JsonObject {
  if (value === null || value === undefined) return {};
  if (!isRecord(value)) throw refuse(noKind(cannotUnmarshal(value, TYPE_META)));
  for (const field of ["apiVersion", "kind"]) {
    const said = value[field] ?? "";
    if (typeof said !== "string")
      throw refuse(noKind(cannotUnmarshal(said, "string").replace("value", `struct field .${field}`)));
  }
  return value;
}

function noKind(fault: string): string {
  return `couldn't get version/kind; json parse error: ${fault}`;
}

/** Reads a body of one of the media types objects come in; throws 400 or 415. */
export async function decodeBody(
  bytes: Buffer,
  contentType: string | undefined,
  refuse: RefuseBody,
): Promise<DecodedBody> {
  const refuseIt = (fault: string): Error => refuse(fault, bytes);
  switch (mediaType(contentType)) {
    case JSON_TYPE: {
      const value = parseJson(bytes.toString("utf8"), (fault) => refuseIt(noKind(fault)));
      return { object: objectOf(value, refuseIt), duplicates: [] };
    }
    case YAML_TYPE: {
      const { value, duplicates } = await parseYaml(bytes, refuseIt);
      return { object: objectOf(value, refuseIt), duplicates: strictFault(duplicates) };
    }
    case PROTOBUF_TYPE:
      return { object: decodeProtobuf(bytes), duplicates: [] };
    default:
      throw unsupportedMediaType([JSON_TYPE, YAML_TYPE, PROTOBUF_TYPE]);
  }
}

/** The JSON value of a text; throws 400 where it is none, or nested too deep. */
export function parseJson(text: string, refuse: (fault: string) => Error): unknown {
  const value = valueOf(text, refuse);
  requireShallow(value);
  return value;
}

function valueOf(text: string, refuse: (fault: string) => Error): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    throw refuse(goJsonFault(text));
  }
}

/** YAML or JSON; throws what `refuse` words, and 413 where YAML is too long. */
export async function parseYaml(bytes: Buffer, refuse: (fault: string) => Error): Promise<YamlBody> {
  const text = bytes.toString("utf8");
  const json = ifJson(text);
  if (json !== undefined) {
    requireShallow(json);
    return { value: json, duplicates: [] };
  }
  const fault = byteFault(bytes);
  if (fault !== undefined) throw refuse(fault.message);
  return readYaml(text, refuse);
}

/** All of them are one fault to a real server. */
function strictFault(duplicates: string[]): string[] {
  return duplicates.length === 0 ? [] : [`yaml: unmarshal errors:\n  ${duplicates.join("\n  ")}`];
}

/** What clients apply is mostly JSON, which its own parser reads many times faster. */
function ifJson(text: string): unknown {
  if (!text.trimStart().startsWith("{")) return undefined;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
