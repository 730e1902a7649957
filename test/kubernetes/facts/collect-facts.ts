import type { ApiClient } from "../control-plane/api-client.js";
import { apiServiceFacts } from "./api-service-facts.js";
import { flowControlFacts } from "./flow-control-facts.js";
import { healthFacts } from "./health-facts.js";
import { toLines } from "./json-shape.js";
import { protobufFacts } from "./protobuf-facts.js";
import { resourceFacts } from "./resource-facts.js";
import { roleFacts } from "./role-facts.js";
import { schemaFacts } from "./schema-facts.js";
import { tableFacts } from "./table-facts.js";

/** The text of every file of `cluster/facts`, as the running control plane and its Go modules give it. */
export async function collectFacts(client: ApiClient): Promise<Record<string, string>> {
  const resources = await resourceFacts(client);
  const { groupVersions, schemas, descriptions } = await schemaFacts(client);
  const { kinds, messages } = await protobufFacts(resources);
  return {
    "resources.json": toLines({ resources, apiServices: await apiServiceFacts(client) }),
    "schemas.json": toLines({ groupVersions, schemas }),
    "descriptions.json": toLines({ descriptions }),
    "protobuf.json": toLines({ kinds, messages }),
    "flow-control.json": toLines(await flowControlFacts(client)),
    "health.json": toLines({ checks: await healthFacts(client) }),
    "default-roles.json": toLines(await roleFacts(client)),
    "tables.json": toLines({ tables: await tableFacts(client, resources) }),
  };
}
