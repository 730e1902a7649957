import { readFile } from "node:fs/promises";
import type { Schema } from "../schema/schema.js";

/** What schemas say in prose, by their name: of themselves under the empty name, and of their fields by theirs. */
export type Descriptions = Readonly<Record<string, Readonly<Record<string, string>>>>;

const FACTS = new URL("../facts/descriptions.json", import.meta.url);

/**
 * The prose a real Kubernetes has for its schemas. It is read for each call and not kept: it is large, and clients keep the
 * documents it is for.
 */
export async function readDescriptions(): Promise<Descriptions> {
  return (JSON.parse(await readFile(FACTS, "utf8")) as { descriptions: Descriptions }).descriptions;
}

/** The schema `name` with its prose. */
export function describedSchema(descriptions: Descriptions, name: string, schema: Schema): Schema {
  const prose = descriptions[name] ?? {};
  const properties = Object.entries(schema.properties ?? {}).map(([field, property]): [string, Schema] => [
    field,
    Object.hasOwn(prose, field) ? { ...property, description: prose[field] ?? "" } : property,
  ]);
  return {
    ...schema,
    ...(Object.hasOwn(prose, "") && { description: prose[""] ?? "" }),
    ...(schema.properties && { properties: Object.fromEntries(properties) }),
  };
}
