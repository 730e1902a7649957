import type { V1Namespace } from "@kubernetes/client-node";

import { ORGANIZATION_LABEL } from "../common/engine-names.js";
import { orUndefined } from "./cluster-client.js";
import { ENGINE_NAMESPACE } from "./engine-namespace.js";
import type { PolicyContext } from "./context.js";
import { POLICY_ERROR, PolicyError } from "./errors.js";
import {
  type HierarchyObject,
  type ManagedClusterObject,
  type ManagedClusterSpec,
  objectName,
} from "./records.js";

export async function findOrganization(
  { store }: PolicyContext,
  organization: string,
): Promise<HierarchyObject<unknown>> {
  const found = await store.get<unknown>("organizations", organization);
  if (!found) throw notFound(`organization "${organization}" not found`);
  return found;
}

export async function requireWorkspace(
  { store }: PolicyContext,
  organization: string,
  workspace: string,
): Promise<HierarchyObject> {
  const found = await store.get<HierarchyObject["spec"]>(
    "workspaces",
    objectName({ organization, name: workspace }),
  );
  if (!found) throw notFound(`workspace "${workspace}" not found`);
  return found;
}

export async function requireCluster(
  { store }: PolicyContext,
  organization: string,
  cluster: string,
): Promise<ManagedClusterObject> {
  const found = await store.get<ManagedClusterSpec>(
    "managedclusters",
    objectName({ organization, name: cluster }),
  );
  if (!found) throw notFound(`cluster "${cluster}" not found`);
  return found as ManagedClusterObject;
}

/** Namespaces of other organizations, and those of none, are not found: an organization does not learn what else there is. */
export async function requireNamespace(
  { client, place }: PolicyContext,
  organization: string,
  namespace: string,
): Promise<V1Namespace> {
  const found = await orUndefined(client.core.readNamespace({ name: namespace }));
  if (found && isOfOrganization(found, organization, place)) return found;
  const where = place ? ` on cluster "${place.cluster}"` : "";
  throw notFound(`namespace "${namespace}" not found in this organization${where}`);
}

/** On a cluster that the organization brought, what is nobody's is its own; but not what the cluster itself is run by. */
export function isOfOrganization(
  { metadata: { name = "", labels = {} } = {} }: V1Namespace,
  organization: string,
  place: PolicyContext["place"],
): boolean {
  const owner = labels[ORGANIZATION_LABEL];
  if (owner !== undefined || !place?.isOpen) return owner === organization;
  return !name.startsWith("kube-") && name !== ENGINE_NAMESPACE;
}

function notFound(message: string): PolicyError {
  return new PolicyError(POLICY_ERROR.notFound, message);
}
