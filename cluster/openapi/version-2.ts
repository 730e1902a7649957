import type { ApiCore } from "../rest/api-core.js";
import { apiVersionOf } from "../registry/resource-type.js";
import type { Schema } from "../schema/schema.js";
import { versionInfo } from "../version.js";
import { readDescriptions } from "./descriptions.js";
import { pathsOf } from "./paths.js";
import { schemasOf } from "./schemas.js";
import { schemaInVersion2 } from "./version-2-schema.js";

type Json = Record<string, unknown>;

/** An operation as `paths.ts` writes it for OpenAPI v3. */
interface Operation extends Json {
  parameters: { schema: Json }[];
  requestBody?: { content: Record<string, { schema: Schema }> };
}

/** OpenAPI v2: one document for everything that is served, for clients that know no other. */
export async function openApiVersion2(core: ApiCore): Promise<Json> {
  const descriptions = await readDescriptions();
  const definitions: Record<string, Schema> = {};
  const paths: Json = {};
  for (const { name: group, versions } of core.registry.groups()) {
    for (const version of versions) {
      const types = core.registry.typesOf(group, version);
      const schemas = schemasOf(core, descriptions, { apiVersion: apiVersionOf({ group, version }), types });
      for (const [name, schema] of Object.entries(schemas)) definitions[name] ??= schemaInVersion2(schema);
      for (const [path, item] of Object.entries(pathsOf(types))) paths[path] = pathItem(item as Json);
    }
  }
  return {
    swagger: "2.0",
    info: { title: "Kubernetes", version: versionInfo.gitVersion },
    paths,
    definitions,
  };
}

function pathItem(item: Json): Json {
  return Object.fromEntries(
    Object.entries(item).map(([method, operation]) => [method, operationOf(operation as Operation)]),
  );
}

/** The body is one of the parameters, and the media types it may have are the operation's. */
function operationOf({ parameters, requestBody, ...operation }: Operation): Json {
  const query = parameters.map(({ schema, ...parameter }) => ({ ...parameter, ...schema }));
  if (requestBody === undefined) return { ...operation, parameters: query };
  const [{ schema } = { schema: {} }] = Object.values(requestBody.content);
  const body = { name: "body", in: "body", required: true, schema: schemaInVersion2(schema) };
  return { ...operation, consumes: Object.keys(requestBody.content), parameters: [body, ...query] };
}
