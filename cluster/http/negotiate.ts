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
