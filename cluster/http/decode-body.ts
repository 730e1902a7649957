import { isRecord } from "../api/field-access.js";
import type { JsonObject } from "../api/field-access.js";
import { badRequest, StatusError, unsupportedMediaType } from "../api/status.js";
import { requireShallow, requireShallowYaml } from "./body-depth.js";
import { decodeProtobuf } from "../protobuf/envelope.js";

const JSON_TYPE = "application/json";
const YAML_TYPE = "application/yaml";
const PROTOBUF_TYPE = "application/vnd.kubernetes.protobuf";

/** Aliases of one YAML text, times the aliases within them; no manifest people write comes near. */
const MAX_ALIASES = 100;

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

/** YAML with the aliases and the depth bounded, so that a short text cannot grow without end; throws 400. */
export async function parseYaml(text: string): Promise<unknown> {
  const json = ifJson(text);
  if (json !== undefined) {
    requireShallow(json);
    return json;
  }
  requireShallowYaml(text);
  // Loaded when first needed: kubectl sends JSON, and a start should not wait for it.
  const { parseDocument } = await import("yaml");
  const document = parseDocument(text, { uniqueKeys: false, version: "1.1" });
  const [problem] = document.errors;
  if (problem !== undefined) throw badRequest(`error parsing YAML: ${problem.message}`, problem);
  try {
    const value = document.toJS({ maxAliasCount: MAX_ALIASES }) as unknown;
    requireShallow(value);
    return value;
  } catch (error) {
    if (error instanceof StatusError) throw error;
    throw badRequest(`error parsing YAML: ${(error as Error).message}`, error);
  }
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
