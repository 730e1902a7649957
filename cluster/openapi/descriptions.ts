import type { Schema } from "../schema/schema.js";

/** The schemas with the prose of their fields. */
export async function describeSchemas(schemas: Record<string, Schema>): Promise<Record<string, Schema>> {
  return schemas;
}
