import { createHash } from "node:crypto";
import type { ResourceRegistry } from "../registry/resource-registry.js";
import type { GroupVersionKind, ResourceType } from "../registry/resource-type.js";
import { apiVersionOf, isVirtual } from "../registry/resource-type.js";
import { healthPaths } from "./health-checks.js";

const STORAGE_HASH_BYTES = 8;

/** Aggregated discovery of the core group (`/api`) or of all others (`/apis`). */
export function aggregatedDiscovery(
  registry: ResourceRegistry,
  root: "api" | "apis",
  version: "v2" | "v2beta1",
): unknown {
  const groups = registry.groups().filter(({ name }) => (name === "") === (root === "api"));
  return {
    kind: "APIGroupDiscoveryList",
    apiVersion: `apidiscovery.k8s.io/${version}`,
    metadata: {},
    items: groups.map(({ name, versions }) => ({
      metadata: { ...(name !== "" && { name }), creationTimestamp: null },
      versions: versions.map((each) =>
        registry.isRemote(name, each)
          ? { version: each, freshness: "Stale" }
          : {
              version: each,
              resources: registry.typesOf(name, each).map(aggregatedResource),
              freshness: "Current",
            },
      ),
    })),
  };
}

function aggregatedResource(type: ResourceType): unknown {
  const { resource, singular, namespaced, verbs, shortNames, categories, subresources } = type;
  return {
    resource,
    responseKind: kindOf(type),
    scope: namespaced ? "Namespaced" : "Cluster",
    singularResource: singular,
    verbs,
    ...(shortNames.length > 0 && { shortNames }),
    ...(categories.length > 0 && { categories }),
    ...(subresources.length > 0 && {
      subresources: subresources.map(({ name, kind, verbs: subverbs }) => ({
        subresource: name,
        responseKind: kindOf(kind),
        verbs: subverbs,
      })),
    }),
  };
}

function kindOf({ group, version, kind }: GroupVersionKind): GroupVersionKind {
  return { group, version, kind };
}

/** Where `GET /` says one may go on. */
export function rootPaths(registry: ResourceRegistry): string[] {
  const groups = registry.groups().filter(({ name }) => name !== "");
  const paths = [
    "/.well-known/openid-configuration",
    "/api",
    "/api/v1",
    "/apis",
    "/apis/",
    ...groups.flatMap(({ name, versions }) => [
      `/apis/${name}`,
      ...versions.map((version) => `/apis/${name}/${version}`),
    ]),
    ...healthPaths(),
    "/metrics",
    "/openapi/v2",
    "/openapi/v3",
    "/openapi/v3/",
    "/openid/v1/jwks",
    "/version",
  ];
  return paths.toSorted((a, b) => (a < b ? -1 : 1));
}

/** `GET /api` for clients without aggregated discovery. */
export function legacyVersions(address: string): unknown {
  return {
    kind: "APIVersions",
    versions: ["v1"],
    serverAddressByClientCIDRs: [{ clientCIDR: "0.0.0.0/0", serverAddress: address }],
  };
}

/** `GET /apis` for clients without aggregated discovery. */
export function legacyGroups(registry: ResourceRegistry): unknown {
  const groups = registry.groups().filter(({ name }) => name !== "");
  return {
    kind: "APIGroupList",
    apiVersion: "v1",
    groups: groups.map(({ name }) => groupOf(registry, name)),
  };
}

/** `GET /apis/GROUP`; `undefined` for a group not served. */
export function legacyGroup(registry: ResourceRegistry, name: string): unknown {
  const isServed = registry.groups().some((group) => group.name === name && name !== "");
  return isServed ? { kind: "APIGroup", apiVersion: "v1", ...groupOf(registry, name) } : undefined;
}

function groupOf(registry: ResourceRegistry, name: string): Record<string, unknown> {
  const group = registry.groups().find((candidate) => candidate.name === name);
  const versions = (group?.versions ?? []).map((version) => ({
    groupVersion: `${name}/${version}`,
    version,
  }));
  return { name, versions, preferredVersion: versions[0] };
}

/** `GET /api/v1` or `/apis/GROUP/VERSION`; `undefined` for a version not served. */
export function legacyResources(registry: ResourceRegistry, group: string, version: string): unknown {
  const types = registry.typesOf(group, version);
  if (types.length === 0) return undefined;
  return {
    kind: "APIResourceList",
    apiVersion: "v1",
    groupVersion: apiVersionOf({ group, version }),
    resources: types.flatMap(legacyEntries),
  };
}

function legacyEntries(type: ResourceType): unknown[] {
  const { resource, singular, namespaced, kind, verbs, shortNames, categories } = type;
  const own = {
    name: resource,
    singularName: singular,
    namespaced,
    kind,
    verbs,
    ...(shortNames.length > 0 && { shortNames }),
    ...(categories.length > 0 && { categories }),
    ...(!isVirtual(type) && { storageVersionHash: storageVersionHash(type) }),
  };
  const subresources = type.subresources.map(({ name, kind: body, verbs: subverbs }) => ({
    name: `${resource}/${name}`,
    singularName: "",
    namespaced,
    ...(body.group !== type.group && { group: body.group, version: body.version }),
    kind: body.kind,
    verbs: subverbs,
  }));
  return [own, ...subresources];
}

/** By which clients see that the stored version of a resource has changed. */
function storageVersionHash({ group, version, kind, conversion }: ResourceType): string {
  const stored = conversion?.stored ?? { group, version };
  const name = `${stored.group}/${stored.version}/${kind}`;
  return createHash("sha256").update(name).digest().subarray(0, STORAGE_HASH_BYTES).toString("base64");
}
