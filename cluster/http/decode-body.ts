import { isRecord } from "../api/field-access.js";
import type { JsonObject } from "../api/field-access.js";
import { badRequest, unsupportedMediaType } from "../api/status.js";
import { requireShallow } from "./body-depth.js";
import { decodeProtobuf } from "../protobuf/envelope.js";
import { readYaml } from "./read-yaml.js";

const JSON_TYPE = "application/json";
const YAML_TYPE = "application/yaml";
const PROTOBUF_TYPE = "application/vnd.kubernetes.protobuf";

/** A body as a JSON object, and what reading it brought to light. */
export interface DecodedBody {
  object: JsonObject;
  /** Names of fields given twice, as far as the format tells. */
  duplicates: string[];
}

/** The media type of a `Content-Type` header, without parameters; JSON where there is none. */
export function mediaType(header: string | undefined): string {
  return (header ?? JSON_TYPE).split(";")[0]?.trim().toLowerCase() ?? JSON_TYPE;
}

/** Reads a body of one of the media types objects come in; throws 400 or 415. */
export async function decodeBody(bytes: Buffer, contentType: string | undefined): Promise<DecodedBody> {
  switch (mediaType(contentType)) {
    case JSON_TYPE:
      return { object: requireObject(parseJson(bytes.toString("utf8"))), duplicates: [] };
    case YAML_TYPE:
      return { object: requireObject(await parseYaml(bytes.toString("utf8"))), duplicates: [] };
    case PROTOBUF_TYPE:
      return { object: decodeProtobuf(bytes), duplicates: [] };
    default:
      throw unsupportedMediaType([JSON_TYPE, YAML_TYPE, PROTOBUF_TYPE]);
  }
}

/** The JSON value of a text; throws 400 where it is none, or nested too deep. */
export function parseJson(text: string): unknown {
  const value = valueOf(text);
  requireShallow(value);
  return value;
}

function valueOf(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    throw badRequest(
      `the object provided is unrecognized (must be of type JSON): couldn't get version/kind; json parse error: ${(error as Error).message}`,
      error,
    );
  }
}

/** YAML or JSON; throws 400, and 413 where YAML is too long. */
export async function parseYaml(text: string): Promise<unknown> {
  const json = ifJson(text);
  if (json !== undefined) {
    requireShallow(json);
    return json;
  }
  return readYaml(text);
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

function requireObject(value: unknown): JsonObject {
  if (isRecord(value)) return value;
  throw badRequest(
    "the object provided is unrecognized: couldn't get version/kind; the body is not an object",
  );
}
