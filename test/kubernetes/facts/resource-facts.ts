import type { ApiClient } from "../control-plane/api-client.js";
import { servedGroupVersions } from "./served-groups.js";

const AGGREGATED = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList";

export interface ResourceFact {
  group: string;
  version: string;
  resource: string;
  kind: string;
  singular: string;
  namespaced: boolean;
  verbs: string[];
  shortNames?: string[];
  categories?: string[];
  subresources?: SubresourceFact[];
}

export interface SubresourceFact {
  name: string;
  /** `apiVersion/kind` of the bodies, such as `autoscaling/v1/Scale`. */
  kind: string;
  verbs: string[];
}

interface GroupVersionKind {
  group: string;
  version: string;
  kind: string;
}

interface DiscoveredResource {
  resource: string;
  responseKind: GroupVersionKind;
  scope: "Namespaced" | "Cluster";
  singularResource: string;
  verbs: string[];
  shortNames?: string[];
  categories?: string[];
  subresources?: DiscoveredSubresource[];
}

interface DiscoveredSubresource {
  subresource: string;
  responseKind: GroupVersionKind;
  verbs: string[];
}

interface DiscoveredGroups {
  items: { metadata: { name?: string }; versions: { version: string; resources: DiscoveredResource[] }[] }[];
}

/** What aggregated discovery says of the served resources, by `group/version/resource` (`v1/pods` in the core group). */
export async function resourceFacts(client: ApiClient): Promise<Record<string, ResourceFact>> {
  const facts: Record<string, ResourceFact> = {};
  for (const path of ["/api", "/apis"]) {
    const { items } = (await client.get(path, AGGREGATED)) as DiscoveredGroups;
    for (const { metadata, versions } of items) {
      for (const version of versions) addVersion(facts, metadata.name ?? "", version);
    }
  }
  return facts;
}

function addVersion(
  facts: Record<string, ResourceFact>,
  group: string,
  { version, resources }: DiscoveredGroups["items"][number]["versions"][number],
): void {
  const groupVersion = joined(group, version);
  if (!(groupVersion in servedGroupVersions)) return;
  for (const resource of resources) {
    facts[`${groupVersion}/${resource.resource}`] = resourceFact(group, version, resource);
  }
}

function resourceFact(group: string, version: string, discovered: DiscoveredResource): ResourceFact {
  const { shortNames, categories, subresources } = discovered;
  return {
    group,
    version,
    resource: discovered.resource,
    kind: discovered.responseKind.kind,
    singular: discovered.singularResource,
    namespaced: discovered.scope === "Namespaced",
    verbs: discovered.verbs,
    ...(shortNames ? { shortNames } : {}),
    ...(categories ? { categories } : {}),
    ...(subresources ? { subresources: subresources.map(subresourceFact) } : {}),
  };
}

function subresourceFact({ subresource, responseKind, verbs }: DiscoveredSubresource): SubresourceFact {
  return {
    name: subresource,
    kind: joined(responseKind.group, responseKind.version, responseKind.kind),
    verbs,
  };
}

function joined(...parts: string[]): string {
  return parts.filter((part) => part !== "").join("/");
}
