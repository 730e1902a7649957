import type { ApiClient } from "../control-plane/api-client.js";
import type { Json, JsonObject } from "./json-shape.js";
import { asObject } from "./json-shape.js";
import { servedGroupVersions } from "./served-groups.js";

const GROUP_VERSION_KIND = "x-kubernetes-group-version-kind";

export interface SchemaFacts {
  /** Names of the schemas in the OpenAPI document of each group-version. */
  groupVersions: Record<string, string[]>;
  schemas: Record<string, JsonObject>;
  /** What each schema says in prose: of itself under the empty name, and of its fields by theirs. */
  descriptions: Record<string, Record<string, string>>;
}

/** The OpenAPI v3 schemas of the served group-versions, their descriptions apart. */
export async function schemaFacts(client: ApiClient): Promise<SchemaFacts> {
  const facts: SchemaFacts = { groupVersions: {}, schemas: {}, descriptions: {} };
  for (const groupVersion of Object.keys(servedGroupVersions)) {
    const path = groupVersion.includes("/") ? `apis/${groupVersion}` : `api/${groupVersion}`;
    const document = asObject(await client.get(`/openapi/v3/${path}`), path);
    const schemas = asObject(asObject(document["components"], path)["schemas"], path);
    facts.groupVersions[groupVersion] = Object.keys(schemas).toSorted();
    for (const [name, schema] of Object.entries(schemas)) {
      add(facts, name, structureOf(asObject(schema, name)));
      facts.descriptions[name] = descriptionsOf(asObject(schema, name));
    }
  }
  return facts;
}

function descriptionsOf({ description, properties = {} }: JsonObject): Record<string, string> {
  const fields = Object.entries(asObject(properties, "properties")).map(([name, property]) => [
    name,
    asObject(property, name)["description"],
  ]);
  const described = [["", description], ...fields].filter(([, prose]) => typeof prose === "string");
  return Object.fromEntries(described) as Record<string, string>;
}

function add(facts: SchemaFacts, name: string, schema: JsonObject): void {
  const known = facts.schemas[name];
  if (known !== undefined && JSON.stringify(known) !== JSON.stringify(schema)) {
    throw new Error(`the schema ${name} differs between two OpenAPI documents`);
  }
  facts.schemas[name] = schema;
}

function structureOf(schema: JsonObject): JsonObject {
  const structure = asObject(withoutProse(schema, false), "schema");
  const kinds = structure[GROUP_VERSION_KIND];
  if (Array.isArray(kinds)) structure[GROUP_VERSION_KIND] = kinds.filter(isServed);
  return structure;
}

/** `isNames` is true inside `properties`, where `description` is the name of a field. */
function withoutProse(value: Json, isNames: boolean): Json {
  if (Array.isArray(value)) return value.map((item) => withoutProse(item, false));
  if (typeof value !== "object" || value === null) return value;
  const kept = Object.entries(value)
    .filter(([key]) => isNames || key !== "description")
    .map(([key, item]): [string, Json] => [key, withoutProse(item, key === "properties" && !isNames)]);
  return Object.fromEntries(kept);
}

function isServed(kind: Json): boolean {
  const { group, version } = kind as { group: string; version: string };
  return (group === "" ? version : `${group}/${version}`) in servedGroupVersions;
}
