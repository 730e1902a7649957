import { useQuery } from "@tanstack/react-query";
import type { Permissions } from "../../common/roles.js";
import type { ClusterView } from "../../common/cluster-api.js";
import type { NamespaceView, OrganizationView, PolicyView, WorkspaceView } from "../../common/tmc-api.js";
import { isGone, type PolicyApi } from "./policy-api.js";

/** Others (the learner's `tmc`, an instructor) change the same organization meanwhile. */
const REFRESH_MS = 10_000;

/** The organization with everything below it. */
export interface Hierarchy {
  organization: OrganizationView;
  workspaces: WorkspaceView[];
  namespaces: NamespaceView[];
  /** Clusters whose namespaces are missing, for they did not answer. */
  unreachableClusters?: string[];
  clusters: ClusterView[];
  policies: PolicyView[];
  /** Who looks at it, and what they may do. */
  user: string;
  permissions: Permissions;
}

/** Keeps the whole hierarchy of the caller's organization; it is small and every page needs most of it. */
export function useHierarchy(api: PolicyApi) {
  return useQuery({
    queryKey: [api.base, "hierarchy"],
    queryFn: ({ signal }) => loadHierarchy(api, signal),
    refetchInterval: ({ state }) => (isGone(state.error) ? false : REFRESH_MS),
  });
}

/** The policies set on a workspace itself, or on the organization where none is named. */
export function directPolicies({ policies }: Hierarchy, workspace: string | undefined): PolicyView[] {
  return policies.filter(({ fullName }) => (fullName.workspaceName ?? undefined) === workspace);
}

/** The name of the cluster that holds the policies; empty where none is registered. */
export function homeCluster({ clusters }: Hierarchy): string {
  return clusters.find(({ spec }) => spec.server === undefined)?.fullName.name ?? "";
}

/** The cluster by which a namespace has to be asked for: none for the home cluster. */
export function memberCluster(hierarchy: Hierarchy, cluster: string): { cluster?: string } {
  return cluster === homeCluster(hierarchy) ? {} : { cluster };
}

async function loadHierarchy(api: PolicyApi, signal: AbortSignal): Promise<Hierarchy> {
  const [organization, workspaces, namespaces, clusters, policies, permissions] = await Promise.all([
    api.organization(signal),
    api.workspaces(signal),
    api.namespaces(signal),
    api.clusters(signal),
    api.policies(signal),
    api.permissions(signal),
  ]);
  return { ...organization, ...workspaces, ...namespaces, ...clusters, ...policies, ...permissions };
}
