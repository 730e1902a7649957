import type { ApiObject } from "./api/object.js";
import type { ApiService, UserInfo } from "./api/service.js";

const NAMESPACES = ["default", "kube-system", "kube-public", "kube-node-lease"];
const NAMESPACES_REF = { group: "", version: "v1", resource: "namespaces" };

/** Who the API server itself is when it writes. */
export const apiServerUser: UserInfo = { name: "system:apiserver", groups: ["system:masters"] };

/** Creates the namespaces every cluster has, where they are missing. */
export async function createBootstrapObjects(api: ApiService): Promise<void> {
  for (const name of NAMESPACES) {
    if (api.find(NAMESPACES_REF, { name }) !== undefined) continue;
    const namespace: ApiObject = { apiVersion: "v1", kind: "Namespace", metadata: { name } };
    await api.create(NAMESPACES_REF, undefined, namespace, { user: apiServerUser });
  }
}
