import type { ApiClient } from "../control-plane/api-client.js";
import type { JsonObject } from "./json-shape.js";

const PATH = "/apis/flowcontrol.apiserver.k8s.io/v1";

interface Configuration {
  metadata: { name: string };
  spec: JsonObject;
}

/** The specs of the flow schemas and priority levels a cluster starts with, by their names. */
export async function flowControlFacts(
  client: ApiClient,
): Promise<Record<string, Record<string, JsonObject>>> {
  return {
    priorityLevels: await specsOf(client, "prioritylevelconfigurations"),
    flowSchemas: await specsOf(client, "flowschemas"),
  };
}

async function specsOf(client: ApiClient, resource: string): Promise<Record<string, JsonObject>> {
  const { items } = (await client.get(`${PATH}/${resource}`)) as { items: Configuration[] };
  return Object.fromEntries(items.map(({ metadata, spec }) => [metadata.name, spec]));
}
