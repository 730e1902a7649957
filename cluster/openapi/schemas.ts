import type { ResourceType } from "../registry/resource-type.js";
import type { ApiCore } from "../rest/api-core.js";
import { referencedName } from "../schema/built-in-schemas.js";
import type { Schema } from "../schema/schema.js";
import { customSchemas, META } from "./custom-schemas.js";
import { describedSchema, type Descriptions } from "./descriptions.js";

/** The schemas of one group-version's document with their descriptions: built-in ones, and custom ones as defined. */
export function schemasOf(
  core: ApiCore,
  descriptions: Descriptions,
  { apiVersion, types }: { apiVersion: string; types: ResourceType[] },
): Record<string, Schema> {
  const names = new Set(core.schemas.groupVersions[apiVersion] ?? []);
  const custom: Record<string, Schema> = {};
  for (const type of types) {
    if (type.custom === undefined) continue;
    Object.assign(custom, customSchemas(type, descriptions));
    addReferenced(core, `${META}.ObjectMeta`, names);
    addReferenced(core, `${META}.ListMeta`, names);
  }
  const builtIn: Record<string, Schema> = {};
  for (const name of names) {
    const schema = core.schemas.byName.get(name);
    if (schema !== undefined) builtIn[name] = describedSchema(descriptions, name, schema);
  }
  return { ...builtIn, ...custom };
}

function addReferenced(core: ApiCore, name: string, names: Set<string>): void {
  if (names.has(name)) return;
  names.add(name);
  for (const match of JSON.stringify(core.schemas.byName.get(name) ?? {}).matchAll(/"\$ref":"([^"]+)"/g)) {
    addReferenced(core, referencedName(match[1] ?? ""), names);
  }
}
