import { notAcceptable } from "../api/status.js";

/** How a client wants objects: as they are, as a Table, or their metadata alone, of the given version of `meta.k8s.io`. */
export type Form = { as: "object" } | { as: "table" | "metadata"; version: "v1" | "v1beta1" };

const FORMS: Record<string, "table" | "metadata"> = {
  Table: "table",
  PartialObjectMetadata: "metadata",
  PartialObjectMetadataList: "metadata",
};

/** One media range of an `Accept` header. */
interface MediaRange {
  type: string;
  parameters: Record<string, string>;
}

const JSON_TYPE = "application/json";
const OBJECT_TYPES = [JSON_TYPE, "application/yaml", "application/vnd.kubernetes.protobuf"];
const STREAM_TYPES = [JSON_TYPE, "application/vnd.kubernetes.protobuf"].map((type) => `${type};stream=watch`);

/** Throws 406 where an `Accept` header names nothing that an object, or a list of them, can be answered in. */
export function requireAcceptable(accept: string | undefined, { isList }: { isList: boolean }): void {
  if (accept === undefined || accept === "") return;
  const ranges = parseAccept(accept).filter(({ type }) => type === "*/*" || OBJECT_TYPES.includes(type));
  if (ranges.length === 0) {
    const served = isList ? [...OBJECT_TYPES, ...STREAM_TYPES] : OBJECT_TYPES;
    const message = `406: Not Acceptable\n\nAvailable representations: ${served.join(", ")}`;
    throw notAcceptable(message, {});
  }
  if (!ranges.some(isServed))
    throw notAcceptable(`only the following media types are accepted: ${OBJECT_TYPES.join(", ")}`);
}

function isServed({ type, parameters }: MediaRange): boolean {
  const { as, g: group, v: version = "" } = parameters;
  if (as === undefined) return true;
  const isForm = Object.hasOwn(FORMS, as) && group === "meta.k8s.io" && ["v1", "v1beta1"].includes(version);
  return isForm && (as !== "Table" || !type.endsWith("protobuf"));
}

/** The first form of an `Accept` header this API can give; JSON where it names nothing known. */
export function negotiateForm(accept: string | undefined): Form {
  for (const { type, parameters } of parseAccept(accept)) {
    const { as = "", v: version } = parameters;
    const form = Object.hasOwn(FORMS, as) && type === "application/json" ? FORMS[as] : undefined;
    if (form !== undefined && (version === "v1" || version === "v1beta1")) return { as: form, version };
    const isPlain = parameters["as"] === undefined;
    if (isPlain && ["application/json", "*/*", "application/*"].includes(type)) break;
  }
  return { as: "object" };
}

/** The version of aggregated discovery an `Accept` header asks for first; `undefined` for the legacy documents. */
export function negotiateDiscovery(accept: string | undefined): "v2" | "v2beta1" | undefined {
  for (const { type, parameters } of parseAccept(accept)) {
    if (type !== "application/json" && type !== "*/*") continue;
    if (parameters["as"] === undefined) return undefined;
    const version = parameters["v"];
    const isDiscovery =
      parameters["as"] === "APIGroupDiscoveryList" && parameters["g"] === "apidiscovery.k8s.io";
    if (isDiscovery && (version === "v2" || version === "v2beta1")) return version;
  }
  return undefined;
}

function parseAccept(accept = "*/*"): MediaRange[] {
  return accept.split(",").map((range) => {
    const [type = "", ...parts] = range.split(";").map((part) => part.trim());
    const pairs = parts.map((part) => part.split("=") as [string, string?]);
    const parameters = Object.fromEntries(pairs.map(([key, value = ""]) => [key, value]));
    return { type: type.toLowerCase(), parameters };
  });
}
