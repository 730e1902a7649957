import type { ApiObject, ResourceRef } from "../api/object.js";
import type { ApiService, UserInfo } from "../api/service.js";
import defaults from "../facts/default-roles.json" with { type: "json" };
import { PRIVILEGED_GROUP } from "./rbac-authorizer.js";

interface DefaultEntry {
  name: string;
  namespace?: string;
  labels?: Record<string, string>;
  rules?: object[] | null;
  aggregationRule?: object;
  roleRef?: { kind: string; name: string };
  subjects?: object[];
}

const GROUP = "rbac.authorization.k8s.io";
const API_SERVER: UserInfo = { name: "system:apiserver", groups: [PRIVILEGED_GROUP, "system:authenticated"] };

/** Writes the roles and bindings every Kubernetes cluster starts with, where they are missing. What an administrator changed stays. */
export async function writeDefaultRoles(api: ApiService): Promise<void> {
  await writeAll(api, "clusterroles", "ClusterRole", defaults.clusterRoles);
  await writeAll(api, "clusterrolebindings", "ClusterRoleBinding", defaults.clusterRoleBindings);
  await writeAll(api, "roles", "Role", defaults.roles);
  await writeAll(api, "rolebindings", "RoleBinding", defaults.roleBindings);
}

async function writeAll(
  api: ApiService,
  resource: string,
  kind: string,
  entries: Record<string, DefaultEntry>,
): Promise<void> {
  const ref: ResourceRef = { group: GROUP, version: "v1", resource };
  for (const entry of Object.values(entries)) {
    if (
      entry.namespace &&
      !api.find({ group: "", version: "v1", resource: "namespaces" }, { name: entry.namespace })
    )
      continue;
    const at = { name: entry.name, ...(entry.namespace && { namespace: entry.namespace }) };
    if (api.find(ref, at)) continue;
    await api.create(ref, entry.namespace, objectOf(kind, entry), { user: API_SERVER });
  }
}

function objectOf(kind: string, entry: DefaultEntry): ApiObject {
  const { name, namespace, labels, roleRef, subjects, aggregationRule } = entry;
  return {
    apiVersion: `${GROUP}/v1`,
    kind,
    metadata: {
      name,
      ...(namespace && { namespace }),
      labels: { "kubernetes.io/bootstrapping": "rbac-defaults", ...labels },
      annotations: { "rbac.authorization.kubernetes.io/autoupdate": "true" },
    },
    ...(aggregationRule && { aggregationRule }),
    ...(roleRef ? { roleRef: { apiGroup: GROUP, ...roleRef }, subjects } : { rules: entry.rules ?? [] }),
  };
}
