import type { ApiClient } from "../control-plane/api-client.js";
import { servedGroupVersions } from "./served-groups.js";

interface ApiServices {
  items: { metadata: { name: string }; spec: { group?: string; version: string } }[];
}

/** The specs of the APIServices of the served group-versions, by their names. */
export async function apiServiceFacts(client: ApiClient): Promise<Record<string, object>> {
  const { items } = (await client.get("/apis/apiregistration.k8s.io/v1/apiservices")) as ApiServices;
  const served = items.filter(({ spec: { group = "", version } }) =>
    Object.hasOwn(servedGroupVersions, group === "" ? version : `${group}/${version}`),
  );
  return Object.fromEntries(served.map(({ metadata, spec }) => [metadata.name, spec]));
}
