import type { Schema } from "../schema/schema.js";

/** A schema as OpenAPI v2 can say it, in the way kube-apiserver leaves out what it cannot. */
export function schemaInVersion2(schema: Schema): Schema {
  const { allOf, anyOf: _any, oneOf, not: _not, default: _default, nullable, $ref, ...rest } = schema;
  const reference = $ref ?? (allOf?.length === 1 ? allOf[0]?.$ref : undefined);
  if (reference !== undefined) {
    return { ...rest, $ref: reference.replace("/components/schemas/", "/definitions/") };
  }
  // Clients of v2 know no null, and would check what is to be preserved.
  if (nullable === true || rest["x-kubernetes-preserve-unknown-fields"] === true) return withoutContent(rest);
  // Quantities and ports are text in v2.
  return { ...rest, ...(oneOf && rest.type === undefined && { type: "string" }), ...contentOf(rest) };
}

function withoutContent({ type: _type, required: _required, ...schema }: Schema): Schema {
  const { properties: _properties, items: _items, ...rest } = schema;
  return rest;
}

function contentOf({ items, properties, additionalProperties }: Schema): Schema {
  return {
    ...(items && { items: schemaInVersion2(items) }),
    ...(properties && {
      properties: Object.fromEntries(
        Object.entries(properties).map(([name, property]) => [name, schemaInVersion2(property)]),
      ),
    }),
    ...(typeof additionalProperties === "object" && {
      additionalProperties: schemaInVersion2(additionalProperties),
    }),
  };
}
