import { useCallback } from "react";
import type {
  ClusterView,
  NamespaceView,
  OrganizationView,
  PolicyView,
  WorkspaceView,
} from "../../common/tmc-api.js";
import type { PolicyApi } from "./policy-api.js";
import { useLoaded, type Loaded } from "./use-loaded.js";

/** Others (the learner's `tmc`, an instructor) change the same organization meanwhile. */
const REFRESH_MS = 10_000;

/** The organization with everything below it. */
export interface Hierarchy {
  organization: OrganizationView;
  workspaces: WorkspaceView[];
  namespaces: NamespaceView[];
  clusters: ClusterView[];
  policies: PolicyView[];
}

/** Keeps the whole hierarchy of the caller's organization; it is small and every page needs most of it. */
export function useHierarchy(api: PolicyApi): Loaded<Hierarchy> {
  return useLoaded(
    useCallback(() => loadHierarchy(api), [api]),
    REFRESH_MS,
  );
}

/** The policies set on a workspace itself, or on the organization where none is named. */
export function directPolicies({ policies }: Hierarchy, workspace: string | undefined): PolicyView[] {
  return policies.filter(({ fullName }) => (fullName.workspaceName ?? undefined) === workspace);
}

async function loadHierarchy(api: PolicyApi): Promise<Hierarchy> {
  const [organization, workspaces, namespaces, clusters, policies] = await Promise.all([
    api.organization(),
    api.workspaces(),
    api.namespaces(),
    api.clusters(),
    api.policies(),
  ]);
  return { ...organization, ...workspaces, ...namespaces, ...clusters, ...policies };
}
