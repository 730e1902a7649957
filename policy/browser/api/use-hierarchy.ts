import { useQuery } from "@tanstack/react-query";
import type { Permissions } from "../../common/roles.js";
import type { ClusterView } from "../../common/cluster-api.js";
import type { OrganizationView, PolicyView, WorkspaceView } from "../../common/tmc-api.js";
import { pauseAfter, timed } from "./refresh-after.js";
import { isGone, type PolicyApi } from "./policy-api.js";

/** The organization with everything below it but its namespaces, which may be thousands. */
export interface Hierarchy {
  organization: OrganizationView;
  workspaces: WorkspaceView[];
  clusters: ClusterView[];
  policies: PolicyView[];
  /** Who looks at it, and what they may do. */
  user: string;
  permissions: Permissions;
}

/** Keeps the hierarchy of the caller's organization, of which every page needs most. */
export function useHierarchy(api: PolicyApi) {
  return useQuery({
    queryKey: [api.base, "hierarchy"],
    queryFn: ({ signal }) => timed(() => loadHierarchy(api, signal)),
    refetchInterval: ({ state }) => (isGone(state.error) ? false : pauseAfter(state.data)),
    select: ({ answer }: { answer: Hierarchy }) => answer,
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

/** The names of a cluster's namespaces that are in workspaces, as these list them: those of further clusters with the cluster before them. */
export function attachedNamespaces({ workspaces }: Hierarchy, { fullName, spec }: ClusterView): string[] {
  const all = workspaces.flatMap(({ status }) => status.namespaces);
  if (spec.server === undefined) return all.filter((name) => !name.includes("/"));
  const prefix = `${fullName.name}/`;
  return all.flatMap((name) => (name.startsWith(prefix) ? [name.slice(prefix.length)] : []));
}

async function loadHierarchy(api: PolicyApi, signal: AbortSignal): Promise<Hierarchy> {
  const [organization, workspaces, clusters, policies, permissions] = await Promise.all([
    api.organization(signal),
    api.workspaces(signal),
    api.clusters(signal),
    api.policies(signal),
    api.permissions(signal),
  ]);
  return { ...organization, ...workspaces, ...clusters, ...policies, ...permissions };
}
