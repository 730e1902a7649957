import { createRequire } from "node:module";
import type { Schema } from "../schema/schema.js";
import { conversions } from "./conversions.js";
import type { ResourceRegistry } from "./resource-registry.js";
import type { GroupVersionKind, ResourceType } from "./resource-type.js";
import { apiVersionOf, splitApiVersion } from "./resource-type.js";

interface ResourceFact {
  group: string;
  version: string;
  resource: string;
  kind: string;
  singular: string;
  namespaced: boolean;
  verbs: string[];
  shortNames?: string[];
  categories?: string[];
  subresources?: { name: string; kind: string; verbs: string[] }[];
}

/** No node runs here that a request could be passed on to. */
const SUBRESOURCES_NOT_SERVED = new Set(["nodes/proxy"]);

/** Adds every built-in resource, as the facts of a real control plane describe it. */
export function addBuiltInTypes(registry: ResourceRegistry, schemas: Map<string, Schema>): void {
  const require = createRequire(import.meta.url);
  const { resources } = require("../facts/resources.json") as { resources: Record<string, ResourceFact> };
  for (const fact of Object.values(resources)) registry.add(typeOf(fact, schemas));
}

function typeOf(fact: ResourceFact, schemas: Map<string, Schema>): ResourceType {
  const { group, version, kind } = fact;
  const conversion = conversions[`${apiVersionOf({ group, version })}/${fact.resource}`];
  const schema = schemas.get(`${apiVersionOf({ group, version })}/${kind}`);
  return {
    group,
    version,
    kind,
    resource: fact.resource,
    singular: fact.singular,
    namespaced: fact.namespaced,
    verbs: fact.verbs,
    shortNames: fact.shortNames ?? [],
    categories: fact.categories ?? [],
    subresources: (fact.subresources ?? [])
      .filter(({ name }) => !SUBRESOURCES_NOT_SERVED.has(`${fact.resource}/${name}`))
      .map(({ name, kind: bodyKind, verbs }) => ({
        name,
        kind: parseKind(bodyKind, { group, version }),
        verbs,
      })),
    schema,
    storageKey: `${conversion?.stored.group ?? group}/${fact.resource}`,
    ...(conversion && { conversion }),
  };
}

/** `autoscaling/v1/Scale`, or only a name where the kind is of the resource's own group-version. */
function parseKind(text: string, own: { group: string; version: string }): GroupVersionKind {
  const slash = text.lastIndexOf("/");
  if (slash === -1) return { ...own, kind: text };
  return { ...splitApiVersion(text.slice(0, slash)), kind: text.slice(slash + 1) };
}
