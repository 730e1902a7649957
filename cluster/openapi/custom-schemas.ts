import type { ResourceType } from "../registry/resource-type.js";
import type { Schema } from "../schema/schema.js";
import { describedSchema, type Descriptions } from "./descriptions.js";
import { schemaName } from "./schema-name.js";

export const META = "io.k8s.apimachinery.pkg.apis.meta.v1";

/** A built-in kind whose fields that all kinds have are described in the words of every kind. */
const ORDINARY = "io.k8s.api.core.v1.ConfigMap";
const CONVENTIONS = "https://git.k8s.io/community/contributors/devel/sig-architecture/api-conventions.md";

/** What is known of any object inside of another. */
const EMBEDDED_FIELDS: Record<string, Schema> = {
  apiVersion: {
    description: `apiVersion defines the versioned schema of this representation of an object. More info: ${CONVENTIONS}#resources`,
    type: "string",
  },
  kind: {
    description: `kind is a string value representing the type of this object. In CamelCase. More info: ${CONVENTIONS}#types-kinds`,
    type: "string",
  },
  metadata: {
    description: `Standard object's metadata. More info: ${CONVENTIONS}#metadata`,
    allOf: [{ $ref: `#/components/schemas/${META}.ObjectMeta` }],
  },
};

/** The schemas of a custom kind and of its list, by name, with the fields that kube-apiserver adds to both. */
export function customSchemas(type: ResourceType, descriptions: Descriptions): Record<string, Schema> {
  const { schema = {}, group, version, kind, resource } = type;
  const name = schemaName(type);
  const item = {
    type: "object",
    ...completed(schema),
    properties: { ...completed(schema).properties, ...objectFields(descriptions, ORDINARY, "ObjectMeta") },
    "x-kubernetes-group-version-kind": [{ group, version, kind }],
  };
  const list = {
    description: `${kind}List is a list of ${kind}`,
    type: "object",
    required: ["items"],
    properties: {
      ...objectFields(descriptions, `${ORDINARY}List`, "ListMeta"),
      items: {
        description: `List of ${resource}. More info: ${CONVENTIONS}`,
        type: "array",
        items: { $ref: `#/components/schemas/${name}` },
      },
    },
    "x-kubernetes-group-version-kind": [{ group, version, kind: `${kind}List` }],
  };
  return { [name]: item, [`${name}List`]: list };
}

function objectFields(descriptions: Descriptions, like: string, meta: string): Record<string, Schema> {
  const properties: Record<string, Schema> = {
    apiVersion: { type: "string" },
    kind: { type: "string" },
    metadata: { allOf: [{ $ref: `#/components/schemas/${META}.${meta}` }] },
  };
  return describedSchema(descriptions, like, { properties }).properties ?? {};
}

/** What the extensions of a schema mean, said in OpenAPI's own words too. */
function completed(schema: Schema): Schema {
  const isEmbedded = schema["x-kubernetes-embedded-resource"] === true;
  const properties = Object.entries(schema.properties ?? {}).map(([name, property]) => [
    name,
    completed(property),
  ]);
  return {
    ...schema,
    ...(schema["x-kubernetes-int-or-string"] === true && {
      anyOf: schema.anyOf ?? [{ type: "integer" }, { type: "string" }],
    }),
    ...(schema.items && { items: completed(schema.items) }),
    ...(typeof schema.additionalProperties === "object" && {
      additionalProperties: completed(schema.additionalProperties),
    }),
    ...((schema.properties || isEmbedded) && {
      properties: { ...Object.fromEntries(properties), ...(isEmbedded && EMBEDDED_FIELDS) },
    }),
    ...(isEmbedded && { required: [...new Set([...(schema.required ?? []), "kind", "apiVersion"])] }),
  };
}
