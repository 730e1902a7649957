import type { ApiClient } from "../control-plane/api-client.js";
import type { JsonObject } from "./json-shape.js";

const BOOTSTRAPPING = "kubernetes.io/bootstrapping";
const PATH = "/apis/rbac.authorization.k8s.io/v1";

interface RoleObject {
  metadata: { name: string; namespace?: string; labels?: Record<string, string> };
  rules?: JsonObject[];
  aggregationRule?: JsonObject;
  roleRef?: { kind: string; name: string };
  subjects?: JsonObject[];
}

/** The roles and bindings a cluster starts with, by what they are; the rules of aggregated ones come from others. */
export async function roleFacts(client: ApiClient): Promise<Record<string, Record<string, JsonObject>>> {
  return {
    clusterRoles: await entries(client, "clusterroles"),
    clusterRoleBindings: await entries(client, "clusterrolebindings"),
    roles: await entries(client, "roles"),
    roleBindings: await entries(client, "rolebindings"),
  };
}

async function entries(client: ApiClient, resource: string): Promise<Record<string, JsonObject>> {
  const selector = encodeURIComponent(`${BOOTSTRAPPING}=rbac-defaults`);
  const { items } = (await client.get(`${PATH}/${resource}?labelSelector=${selector}`)) as {
    items: RoleObject[];
  };
  return Object.fromEntries(items.map((item) => [keyOf(item), entryOf(item)]));
}

function keyOf({ metadata: { namespace, name } }: RoleObject): string {
  return namespace === undefined ? name : `${namespace}/${name}`;
}

function entryOf({ metadata, rules, aggregationRule, roleRef, subjects }: RoleObject): JsonObject {
  const { [BOOTSTRAPPING]: _default, ...labels } = metadata.labels ?? {};
  return {
    name: metadata.name,
    ...(metadata.namespace !== undefined && { namespace: metadata.namespace }),
    ...(Object.keys(labels).length > 0 && { labels }),
    ...(aggregationRule !== undefined && { aggregationRule }),
    ...(aggregationRule === undefined && rules !== undefined && { rules }),
    ...(roleRef !== undefined && { roleRef: { kind: roleRef.kind, name: roleRef.name } }),
    ...(subjects !== undefined && { subjects }),
  };
}
