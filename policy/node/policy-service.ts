import type { KubeConfig } from "@kubernetes/client-node";

import type { PolicyAdministration } from "../common/administration.js";
import type { ExceptionView } from "../common/exception-api.js";
import type { AccessPolicy, AccessPolicyList } from "../common/access-api.js";
import type { BindingDelta, Identity, Permissions, RoleBinding } from "../common/roles.js";
import type { KnownImage } from "../common/known-image.js";
import type { ClusterView, Detachment } from "../common/cluster-api.js";
import type * as Api from "../common/tmc-api.js";
import { listActivity } from "./activity.js";
import { listViolations } from "./audit/audit-namespace.js";
import * as accessPolicies from "./access-policies.js";
import { createAdministration } from "./administration.js";
import type { Scope } from "./bring-into-force.js";
import { getCluster, listClusters } from "./clusters.js";
import { createPolicyContext, type PolicyContext } from "./context.js";
import { attachCluster, type NewCluster } from "./fleet/attach-cluster.js";
import { detachCluster } from "./fleet/detach-cluster.js";
import type { MemberOptions } from "./fleet/member-clients.js";
import { onCluster } from "./fleet/on-cluster.js";
import * as exceptions from "./exceptions.js";
import { explain } from "./explain.js";
import type { Change } from "../common/history-api.js";
import { getChange, type HistoryQuery, listHistory } from "./history/read-history.js";
import { restoreChange } from "./history/restore-change.js";
import { previewException, previewNamespace, previewPolicy } from "./preview.js";
import type { Logger } from "./logger.js";
import * as namespaces from "./namespaces.js";
import * as policies from "./policies.js";
import type { PolicyAddress } from "./records.js";
import type { Registries } from "./registry/registries.js";
import { listKnownImages } from "./verify/stored-images.js";
import { type Accepting, verifyNow } from "./verify/verify-image.js";
import * as workspaces from "./workspaces.js";
import type { WriteOptions } from "./write-options.js";

type NamespaceInWorkspace = namespaces.NamespaceAddress & { workspace: string };

/**
 * Everything REST and `tmc` can ask about image policies. A call that changes something resolves only when the change is in force; all throw
 * `PolicyError`.
 */
export interface PolicyService extends PolicyAdministration {
  getOrganization(organization: string): Promise<Api.OrganizationView>;
  createOwnWorkspace(
    workspace: workspaces.NewWorkspace & { organization: string },
    options?: WriteOptions,
  ): Promise<Api.WorkspaceView>;
  getWorkspace(organization: string, name: string): Promise<Api.WorkspaceView>;
  listWorkspaces(organization: string): Promise<Api.WorkspaceView[]>;
  deleteWorkspace(address: { organization: string; name: string }, options?: WriteOptions): Promise<void>;
  createPolicy(scope: Scope, manifest: unknown, options?: WriteOptions): Promise<Api.PolicyView>;
  updatePolicy(address: PolicyAddress, manifest: unknown, options?: WriteOptions): Promise<Api.PolicyView>;
  getPolicy(address: PolicyAddress): Promise<Api.PolicyView>;
  listPolicies(scope: Scope & { everywhere?: boolean }): Promise<Api.PolicyView[]>;
  removePolicy(address: PolicyAddress, options?: WriteOptions): Promise<void>;
  requestException(
    scope: Scope,
    request: { input: unknown; user: string; dryRun?: boolean },
  ): Promise<ExceptionView>;
  decideException(address: PolicyAddress, decision: exceptions.Decision): Promise<ExceptionView>;
  deleteException(address: PolicyAddress, options?: WriteOptions): Promise<void>;
  getException(address: PolicyAddress): Promise<ExceptionView>;
  listExceptions(scope: Scope & { everywhere?: boolean }): Promise<ExceptionView[]>;
  readPermissions(organization: string, identity: Identity): Promise<Permissions>;
  listAccessPolicies(scope: Scope): Promise<AccessPolicyList>;
  changeAccessPolicy(
    scope: Scope,
    change: { deltas: readonly BindingDelta[]; user?: string },
  ): Promise<AccessPolicy>;
  replaceAccessPolicy(
    scope: Scope,
    wanted: { roleBindings: readonly RoleBinding[]; user?: string },
  ): Promise<AccessPolicy>;
  listHistory(query: HistoryQuery): Promise<Change[]>;
  getChange(scope: Scope, id: string): Promise<Change>;
  restoreChange(scope: Scope, what: { id: string } & WriteOptions): Promise<Change>;
  getCluster(organization: string, name: string): Promise<ClusterView>;
  listClusters(organization: string): Promise<ClusterView[]>;
  attachCluster(cluster: NewCluster, options?: WriteOptions): Promise<ClusterView>;
  detachCluster(
    address: { organization: string; name: string },
    options?: WriteOptions & { force?: boolean },
  ): Promise<Detachment>;
  attachNamespace(address: NamespaceInWorkspace, options?: WriteOptions): Promise<Api.NamespaceView>;
  updateNamespace(
    address: namespaces.NamespaceAddress,
    change: namespaces.NamespaceChange,
    options?: WriteOptions,
  ): Promise<Api.NamespaceView>;
  detachNamespace(address: namespaces.NamespaceAddress, options?: WriteOptions): Promise<void>;
  getNamespace(address: namespaces.NamespaceAddress): Promise<Api.NamespaceView>;
  listNamespaces(where: { organization: string; cluster?: string }): Promise<namespaces.NamespacesFound>;
  /** Where a namespace is; without a cluster, of the home cluster. Throws POLICY_NOT_FOUND. */
  placeOf(organization: string, namespace: string, cluster?: string): Promise<namespaces.NamespacePlace>;
  effectivePolicies(organization: string, namespace: string, cluster?: string): Promise<Api.EffectiveView>;
  explain(organization: string, request: Api.ExplainRequest): Promise<Api.ExplainAnswer>;
  previewPolicy(scope: Scope, request: { policy: unknown; remove?: boolean }): Promise<Api.PreviewAnswer>;
  previewException(address: PolicyAddress, change: { remove?: boolean }): Promise<Api.PreviewAnswer>;
  previewNamespace(organization: string, change: Api.NamespaceChange): Promise<Api.PreviewAnswer>;
  listViolations(organization: string): Promise<Api.Violation[]>;
  listActivity(organization: string): Promise<Api.ActivityEntry[]>;
  listKnownImages(organization: string): Promise<KnownImage[]>;
  /** Asks the registry about an image now, and puts what it tells in force. Throws POLICY_INVALID, POLICY_CONFLICT. */
  verifyImage(organization: string, image: string, options: Accepting): Promise<KnownImage[]>;
}

interface PolicyServiceOptions {
  kubeConfig: KubeConfig;
  logger: Logger;
  /** What the operator says of further clusters. */
  members?: MemberOptions;
  /** The registries that may be asked about images. */
  registries?: Registries;
}

/** Opens the service on a cluster where `installPolicyEngine` ran. */
export async function createPolicyService({
  kubeConfig,
  logger,
  members,
  registries,
}: PolicyServiceOptions): Promise<PolicyService> {
  const context = await createPolicyContext(kubeConfig, logger, members, registries);
  const on = ({ organization, cluster }: namespaces.NamespaceAddress) =>
    onCluster(context, organization, cluster);
  return {
    ...createAdministration(context),
    getOrganization: (organization) => workspaces.getOrganization(context, organization),
    createOwnWorkspace: (workspace, write) => workspaces.createWorkspace(context, workspace, write),
    getWorkspace: (organization, name) => workspaces.getWorkspace(context, organization, name),
    listWorkspaces: (organization) => workspaces.listWorkspaces(context, organization),
    deleteWorkspace: (address, write) => workspaces.deleteWorkspace(context, address, write),
    createPolicy: (scope, manifest, write) => policies.createPolicy(context, scope, manifest, write),
    updatePolicy: (address, manifest, write) => policies.updatePolicy(context, address, manifest, write),
    getPolicy: (address) => policies.getPolicy(context, address),
    listPolicies: (scope) => policies.listPolicies(context, scope),
    removePolicy: (address, write) => policies.deletePolicy(context, address, write),
    requestException: (scope, request) => exceptions.requestException(context, scope, request),
    decideException: (address, decision) => exceptions.decideException(context, address, decision),
    deleteException: (address, write) => exceptions.deleteException(context, address, write),
    getException: (address) => exceptions.getException(context, address),
    listExceptions: (scope) => exceptions.listExceptions(context, scope),
    readPermissions: (organization, identity) =>
      accessPolicies.readPermissions(context, organization, identity),
    listAccessPolicies: (scope) => accessPolicies.listAccessPolicies(context, scope),
    changeAccessPolicy: (scope, change) => accessPolicies.changeAccessPolicy(context, scope, change),
    replaceAccessPolicy: (scope, wanted) => accessPolicies.replaceAccessPolicy(context, scope, wanted),
    listHistory: (query) => listHistory(context, query),
    getChange: (scope, id) => getChange(context, scope, id),
    restoreChange: (scope, what) => restoreChange(context, scope, what),
    getCluster: (organization, name) => getCluster(context, organization, name),
    listClusters: (organization) => listClusters(context, organization),
    attachCluster: (cluster, write) => attachCluster(context, cluster, write),
    detachCluster: (address, write) => detachCluster(context, address, write),
    attachNamespace: async (address, write) => namespaces.attachNamespace(await on(address), address, write),
    updateNamespace: async (address, change, write) =>
      namespaces.updateNamespace(await on(address), address, { ...change, ...write }),
    detachNamespace: async (address, write) => namespaces.detachNamespace(await on(address), address, write),
    getNamespace: async (address) => namespaces.getNamespace(await on(address), address),
    listNamespaces: (where) => namespaces.listNamespaces(context, where),
    placeOf: async (organization, name, cluster) => {
      const there = cluster === undefined ? context : await onCluster(context, organization, cluster);
      return namespaces.placeOf(there, organization, name);
    },
    effectivePolicies: async (organization, name, cluster) => {
      const there = cluster === undefined ? context : await onCluster(context, organization, cluster);
      return namespaces.effectiveView(there, organization, name);
    },
    explain: (organization, request) => explain(context, organization, request),
    previewPolicy: (scope, request) => previewPolicy(context, scope, request),
    previewException: (address, change) => previewException(context, address, change),
    previewNamespace: (organization, change) => previewNamespace(context, organization, change),
    ...reports(context),
  };
}

/** What is told of images: what runs, what was refused, and what registries say. */
function reports(
  context: PolicyContext,
): Pick<PolicyService, "listViolations" | "listActivity" | "listKnownImages" | "verifyImage"> {
  return {
    listViolations: (organization) => listViolations(context, organization),
    listActivity: (organization) => listActivity(context, organization),
    listKnownImages: (organization) => listKnownImages(context.store, organization),
    verifyImage: (organization, image, options) => verifyNow(context, { organization, image, ...options }),
  };
}
