import type { ClusterView } from "../common/tmc-api.js";
import { refusalOf } from "./cluster-client.js";
import type { PolicyContext } from "./context.js";
import { requireCluster } from "./find.js";
import type { HierarchyObject, MemberSpec } from "./records.js";
import { metaView } from "./views.js";

export async function getCluster(
  context: PolicyContext,
  organization: string,
  name: string,
): Promise<ClusterView> {
  return viewOf(await requireCluster(context, organization, name), await askHealth(context));
}

export async function listClusters(context: PolicyContext, organization: string): Promise<ClusterView[]> {
  const stored = await context.store.list<MemberSpec>("managedclusters", organization);
  const health = await askHealth(context);
  return stored.map((cluster) => viewOf(cluster, health));
}

type Health = ClusterView["status"];

/** Every registered cluster is the one behind our kubeconfig, so one question answers for all. */
async function askHealth({ client }: PolicyContext): Promise<Health> {
  const { VersionApi } = await import("../../kubernetes/node/client-library.js");
  try {
    const { gitVersion } = await client.kubeConfig.makeApiClient(VersionApi).getCode();
    return { phase: "READY", health: "HEALTHY", kubernetesVersion: gitVersion };
  } catch (error) {
    const message = refusalOf(error)?.message ?? String(error);
    return { phase: "ERROR", health: "UNHEALTHY", message };
  }
}

function viewOf({ metadata, spec }: HierarchyObject, status: Health): ClusterView {
  return {
    fullName: { managementClusterName: "attached", provisionerName: "attached", name: spec.name },
    meta: metaView(metadata, spec.description),
    spec: { clusterGroupName: "default" },
    status,
  };
}
