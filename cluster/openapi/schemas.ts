import type { ResourceType } from "../registry/resource-type.js";
import type { ApiCore } from "../rest/api-core.js";
import { referencedName } from "../schema/built-in-schemas.js";
import type { Schema } from "../schema/schema.js";
import { describeSchemas } from "./descriptions.js";
import { schemaName } from "./schema-name.js";

const OBJECT_META = "io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta";

/** The schemas of one group-version's document: built-in ones with descriptions, custom ones as defined. */
export async function schemasOf(
  core: ApiCore,
  apiVersion: string,
  types: ResourceType[],
): Promise<Record<string, Schema>> {
  const names = new Set(core.schemas.groupVersions[apiVersion] ?? []);
  const custom: Record<string, Schema> = {};
  for (const type of types) {
    if (type.custom === undefined) continue;
    custom[schemaName(type)] = customSchema(type);
    addReferenced(core, OBJECT_META, names);
  }
  const builtIn: Record<string, Schema> = {};
  for (const name of names) {
    const schema = core.schemas.byName.get(name);
    if (schema !== undefined) builtIn[name] = schema;
  }
  return { ...(await describeSchemas(builtIn)), ...custom };
}

function customSchema({ schema = {}, group, version, kind }: ResourceType): Schema {
  return {
    type: "object",
    ...schema,
    properties: {
      ...schema.properties,
      apiVersion: { type: "string", description: "The group and version of this object's schema." },
      kind: { type: "string", description: "What this object is." },
      metadata: {
        allOf: [{ $ref: `#/components/schemas/${OBJECT_META}` }],
        description: "Standard object metadata.",
      },
    },
    "x-kubernetes-group-version-kind": [{ group, version, kind }],
  };
}

function addReferenced(core: ApiCore, name: string, names: Set<string>): void {
  if (names.has(name)) return;
  names.add(name);
  for (const match of JSON.stringify(core.schemas.byName.get(name) ?? {}).matchAll(/"\$ref":"([^"]+)"/g)) {
    addReferenced(core, referencedName(match[1] ?? ""), names);
  }
}
