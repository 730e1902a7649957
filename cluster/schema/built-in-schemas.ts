import { createRequire } from "node:module";
import type { ResolveSchema, Schema } from "./schema.js";

const REF_PREFIX = "#/components/schemas/";

interface SchemaFacts {
  groupVersions: Record<string, string[]>;
  schemas: Record<string, Schema>;
}

/** The schemas of the built-in kinds, as the facts of a real control plane give them. */
export interface BuiltInSchemas {
  /** By `apiVersion/kind`, such as `apps/v1/Deployment`. */
  byKind: Map<string, Schema>;
  byName: ReadonlyMap<string, Schema>;
  /** Names of the schemas of each group-version. */
  groupVersions: Readonly<Record<string, string[]>>;
  resolve: ResolveSchema;
}

/** Loads the schema facts; takes some tens of milliseconds. */
export function loadBuiltInSchemas(): BuiltInSchemas {
  const require = createRequire(import.meta.url);
  const { groupVersions, schemas } = require("../facts/schemas.json") as SchemaFacts;
  const byName = new Map(Object.entries(schemas));
  const byKind = new Map<string, Schema>();
  for (const schema of byName.values()) {
    for (const { group, version, kind } of schema["x-kubernetes-group-version-kind"] ?? []) {
      byKind.set(`${group === "" ? version : `${group}/${version}`}/${kind}`, schema);
    }
  }
  return { byKind, byName, groupVersions, resolve: (schema) => resolveIn(byName, schema) };
}

/** The name a `$ref` points to. */
export function referencedName(ref: string): string {
  return ref.slice(REF_PREFIX.length);
}

function resolveIn(byName: ReadonlyMap<string, Schema>, schema: Schema): Schema {
  const ref = schema.$ref ?? (schema.allOf?.length === 1 ? schema.allOf[0]?.$ref : undefined);
  if (ref === undefined) return schema;
  return byName.get(referencedName(ref)) ?? schema;
}
