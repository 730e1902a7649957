import type { ClusterView } from "../common/cluster-api.js";
import { refusalOf } from "./cluster-client.js";
import type { PolicyContext } from "./context.js";
import { requireCluster } from "./find.js";
import { homeSync, memberSync, readWanted, type Wanted } from "./fleet/sync-state.js";
import type { ManagedClusterObject, ManagedClusterSpec } from "./records.js";
import { metaView } from "./views.js";

/** One cluster; `seen` where it is at hand. Throws POLICY_NOT_FOUND. */
export async function getCluster(
  context: PolicyContext,
  organization: string,
  name: string,
  seen?: ManagedClusterObject,
): Promise<ClusterView> {
  const cluster = seen ?? (await requireCluster(context, organization, name));
  return viewOf(context, cluster, await readWanted(context, organization));
}

export async function listClusters(context: PolicyContext, organization: string): Promise<ClusterView[]> {
  const stored = await context.store.list<ManagedClusterSpec>("managedclusters", organization);
  if (stored.length === 0) return [];
  const wanted = await readWanted(context, organization);
  return Promise.all((stored as ManagedClusterObject[]).map((cluster) => viewOf(context, cluster, wanted)));
}

type Health = ClusterView["status"];

async function viewOf(
  context: PolicyContext,
  cluster: ManagedClusterObject,
  wanted: Wanted,
): Promise<ClusterView> {
  const { metadata, spec } = cluster;
  return {
    fullName: { managementClusterName: "attached", provisionerName: "attached", name: spec.name },
    meta: metaView(metadata, spec.description),
    spec: { clusterGroupName: "default", ...(spec.member && { server: spec.member.server }) },
    status: spec.member
      ? memberHealth(cluster, wanted)
      : { ...(await askHealth(context)), sync: await homeSync(context, spec.organization, wanted) },
  };
}

/** The leading server asks a member all the time and writes down what it hears, so that nobody waits here for one that is away. */
function memberHealth(cluster: ManagedClusterObject, wanted: Wanted): Health {
  const { status } = cluster;
  const sync = memberSync(cluster, wanted);
  const version = status?.kubernetesVersion;
  const seen = {
    ...(version !== undefined && { kubernetesVersion: version }),
    ...(sync.message !== undefined && { message: sync.message }),
    sync,
  };
  if (sync.state === "Detaching")
    return { phase: "DETACHING", health: sync.message === undefined ? "HEALTHY" : "DISCONNECTED", ...seen };
  if (sync.state === "Unreachable") return { phase: "ERROR", health: "DISCONNECTED", ...seen };
  if (sync.version === undefined)
    return { phase: "PENDING", health: status ? "HEALTHY" : "UNKNOWN", ...seen };
  // Behind with a reason of its own, and not only because policies were changed a moment ago.
  const isStuck = status?.state === "Behind";
  return { phase: isStuck ? "ERROR" : "READY", health: isStuck ? "UNHEALTHY" : "HEALTHY", ...seen };
}

async function askHealth({ client }: PolicyContext): Promise<Omit<Health, "sync">> {
  const { VersionApi } = await import("../../kubernetes/node/client-library.js");
  try {
    const { gitVersion } = await client.kubeConfig.makeApiClient(VersionApi).getCode();
    return { phase: "READY", health: "HEALTHY", kubernetesVersion: gitVersion };
  } catch (error) {
    const message = refusalOf(error)?.message ?? String(error);
    return { phase: "ERROR", health: "UNHEALTHY", message };
  }
}
