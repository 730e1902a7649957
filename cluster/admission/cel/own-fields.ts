import type { ResolveSchema, Schema } from "../../schema/schema.js";
import { resolveNothing } from "../../schema/schema.js";

/** What expressions may ask of every object that stands for itself, whatever its schema lists. */
const OWN_FIELDS: Schema = {
  properties: {
    apiVersion: { type: "string" },
    kind: { type: "string" },
    metadata: {
      type: "object",
      properties: { name: { type: "string" }, generateName: { type: "string" } },
    },
  },
};

/** The schema of an object that stands for itself, with those fields that every such has. */
export function withOwnFields(reference: Schema, resolve: ResolveSchema = resolveNothing): Schema {
  const schema = resolve(reference);
  const metadata = schema.properties?.["metadata"];
  const isWhole = metadata !== undefined && resolve(metadata).properties?.["generateName"] !== undefined;
  if (isWhole) return schema;
  return { ...schema, type: "object", properties: { ...schema.properties, ...OWN_FIELDS.properties } };
}
