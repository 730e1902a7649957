import type { EffectivePolicy } from "./effective.js";
import type { KnownImage } from "./known-image.js";
import type { PolicyManifestInput, PolicySpec } from "./manifest.js";
import type { ImageVerdict, PolicyOrigin } from "./verdict.js";

/**
 * The policy API as `tmc` and the console use it. Paths are relative to where it is mounted (`.../tmc/` for the browser, `/` for `tmc`);
 * the organization is that of the caller. TMC's own paths and envelopes where TMC has them, `v1alpha1/image-policies/...` where it has not.
 *
 * | method and path | body | 200 answers |
 * |---|---|---|
 * | GET v1alpha1/organization | | `{organization: OrganizationView}` |
 * | GET, POST v1alpha1/organization/policies | `{policy: PolicyManifestInput}` | `PolicyList`, `{policy: PolicyView}` |
 * | GET, PUT, DELETE v1alpha1/organization/policies/NAME | `{policy}` on PUT | `{policy}`, `{policy}`, `{}` |
 * | GET, POST v1alpha1/workspaces | `{workspace: {fullName: {name}, meta?: {description, labels}}}` | `WorkspaceList`, `{workspace: WorkspaceView}` |
 * | GET, DELETE v1alpha1/workspaces/WS | | `{workspace}`, `{}` |
 * | GET, POST v1alpha1/workspaces/WS/policies; GET, PUT, DELETE .../NAME | `{policy}` | as for the organization |
 * | GET, POST v1alpha1/clusters | `{cluster: {fullName: {name}, meta?: {description}}, kubeconfig?}` | `ClusterList`, `{cluster: ClusterView}` |
 * | GET, DELETE v1alpha1/clusters/C | DELETE: `?force=true` forgets one that does not answer | `{cluster}`, `{}` |
 * | GET v1alpha1/namespaces | | `NamespaceList`: all of the organization, attached or not; lists of namespaces and workspaces take `searchScope.name` with stars, `pagination.size` and `pagination.offset` |
 * | GET, POST v1alpha1/clusters/C/namespaces | `{namespace: {fullName: {name}, spec: {workspaceName, attach: true}}}` | `NamespaceList`, `{namespace: NamespaceView}` |
 * | GET, PUT, DELETE v1alpha1/clusters/C/namespaces/NS | PUT: `{namespace: {meta?: {labels}, spec?: {workspaceName}}}`, a label that is null is removed | `{namespace}`; DELETE detaches, the namespace itself stays: `{}` |
 * | GET v1alpha1/image-policies | | `PolicyList`: of the organization and all of its workspaces |
 * | GET v1alpha1/image-policies/effective/NS | `?cluster=`, the home cluster where absent | `EffectiveView` |
 * | POST v1alpha1/image-policies/explain | `ExplainRequest` | `ExplainAnswer` |
 * | POST v1alpha1/image-policies/preview | `PreviewRequest` | `PreviewAnswer` |
 * | GET v1alpha1/image-policies/known-images | | `KnownImageList`: what registries told of the images of the organization |
 * | POST v1alpha1/image-policies/verify | `{image}` | `KnownImageList`: what the registry tells of it now, in force where a policy looks at it |
 * | GET v1alpha1/image-policies/violations | | `ViolationList`: what runs or waits against policies, by namespace and workload |
 * | GET v1alpha1/openapi.json | | the OpenAPI document of all of this |
 * | GET v1alpha1/image-policies/activity | | `{entries: ActivityEntry[]}`, newest first |
 * | GET v1alpha1/image-policies/exceptions | | `ExceptionList`: of the organization and all of its workspaces |
 * | GET, POST v1alpha1/organization/exceptions, v1alpha1/workspaces/WS/exceptions | `{exception: {fullName: {name}, spec: ExceptionSpecInput}}` | `ExceptionList`, `{exception: ExceptionView}` |
 * | GET, DELETE .../exceptions/NAME | | `{exception}`, `{}` |
 * | POST .../exceptions/NAME/grant, .../exceptions/NAME/deny | `{note?, resourceVersion?}`: refused where it is not that any more | `{exception}` |
 *
 * | GET v1alpha1/permissions | | `PermissionsView`: who asks, and what they may do |
 * | GET, PUT, PATCH v1alpha1/organization:iam/ORG, v1alpha1/workspaces:iam/WS | PUT: `{policy: {roleBindings}}`, PATCH: `{bindingDeltaList: BindingDelta[]}` | `AccessPolicyList`, `{policy: AccessPolicy}` |
 * | POST v1alpha1/organization/api-tokens | `{apiToken: {user}}` | `{apiToken: ApiToken}` |
 *
 * | GET v1alpha1/organization/history, v1alpha1/workspaces/WS/history, v1alpha1/image-policies/history | `?kind=`, `?name=` | `ChangeList`, newest first |
 * | GET .../history/ID, POST .../history/ID/restore | | `{change: Change}` |
 *
 * A POST, PUT or DELETE answers once the change is in force. Refusals answer `TmcProblem` with 400, 401, 403, 404, 409, 413, 503 or 504.
 * Every POST, PUT and DELETE of a policy, workspace or namespace takes `?dryRun=true`: checked, answered, not stored.
 */
export interface TmcProblem {
  /** The same text as `message`. */
  error: string;
  /** The gRPC status code TMC sends: 3 invalid, 5 not found, 6 exists, 7 not permitted, 9 refused in this state, 14 unavailable, 16 unauthenticated. */
  code: number;
  /** Begins with the reason: `AlreadyExists: policy "x" ...`. */
  message: string;
  reason:
    | "InvalidArgument"
    | "NotFound"
    | "AlreadyExists"
    | "FailedPrecondition"
    | "Unavailable"
    | "DeadlineExceeded"
    | "Unauthenticated"
    | "PermissionDenied"
    | "Internal";
  /** One entry per wrong field of the body; `path` as in `spec.input.rules.0.hostname`. */
  fields?: { path: string; message: string }[];
}

export interface Meta {
  uid: string;
  /** Of a policy: another one by each change of what it demands, by none of its status. */
  resourceVersion: string;
  /** A number as text, as in the original: its Terraform provider reads nothing else. */
  generation: string;
  description: string;
  labels: Record<string, string>;
  /** ISO 8601. */
  creationTime: string;
  updateTime: string;
  parentReferences: { rid: string; uid: string }[];
}

export interface PolicyView {
  /** `workspaceName` on a workspace's policy, `orgId` on the organization's. */
  fullName: { name: string; workspaceName?: string; orgId?: string };
  meta: Meta;
  spec: PolicySpec;
  status: PolicyStatus;
  type: { kind: "Policy"; package: string; version: "v1alpha1" };
}

export interface PolicyStatus {
  /** Whether every namespace concerned is judged by this generation of the policy. */
  inForce: boolean;
  /** Managed namespaces the policy applies to now. */
  namespaces: number;
  message?: string;
  /** Exceptions of it that hold. */
  exceptions: number;
}

export interface PolicyList {
  policies: PolicyView[];
  totalCount: string;
}

export interface OrganizationView {
  fullName: { name: string; orgId: string };
  workspaces: number;
  policies: number;
  namespaces: number;
}

export interface WorkspaceView {
  fullName: { name: string };
  meta: Meta;
  /** Namespaces of further clusters are written `CLUSTER/NAMESPACE`. */
  status: { policies: number; namespaces: string[] };
}

export interface WorkspaceList {
  workspaces: WorkspaceView[];
  totalCount: string;
}

export interface NamespaceView {
  fullName: {
    managementClusterName: "attached";
    provisionerName: "attached";
    clusterName: string;
    name: string;
  };
  meta: Meta;
  /** `workspaceName` is empty and `attach` false where the namespace belongs to no workspace. */
  spec: { workspaceName: string; attach: boolean };
  status: { phase: "READY" | "ATTACHING" | "ERROR"; managed: boolean };
}

export interface NamespaceList {
  namespaces: NamespaceView[];
  totalCount: string;
  /** Clusters that did not answer: their namespaces are missing. Absent where all did. */
  unreachableClusters?: string[];
}

/** What holds in one namespace, with where each policy comes from. */
export interface EffectiveView {
  namespace: string;
  workspace: string;
  managed: boolean;
  labels: Record<string, string>;
  policies: EffectivePolicy[];
  /** Policies of the hierarchy whose label selector leaves this namespace out. */
  notSelected: EffectivePolicy[];
}

export interface ExplainRequest {
  namespace: string;
  /** The cluster it is on; the home cluster where absent. */
  clusterName?: string;
  /** Either an image as one would write it in a pod ... */
  image?: string;
  /** ... or the name of a pod of the namespace, ... */
  pod?: string;
  /** ... or a workload of it, whose next pods are judged. */
  workload?: { kind: string; name: string };
}

export interface ExplainAnswer {
  namespace: string;
  managed: boolean;
  allowed: boolean;
  images: { container: string; kind: ContainerKind; verdict: ImageVerdict }[];
}

export type ContainerKind = "container" | "initContainer" | "ephemeralContainer" | "volume";

/**
 * What is asked about: a policy that would be saved, or deleted where `remove` is set; a namespace that would be put elsewhere; or an exception that
 * would be granted, or ended where `remove` is set.
 */
export interface PreviewRequest {
  policy?: PolicyManifestInput;
  remove?: boolean;
  namespace?: NamespaceChange;
  exception?: ExceptionName;
}

/** An exception that was asked for. */
export interface ExceptionName {
  name: string;
  /** Absent where it is of the organization's policies. */
  workspaceName?: string;
}

export interface NamespaceChange {
  name: string;
  /** The cluster it is on; the home cluster where absent. */
  clusterName?: string;
  /** The workspace it would be in; `null` for none. */
  workspaceName: string | null;
  /** Labels that would be set, and as `null` those that would be removed. */
  labels?: Record<string, string | null>;
}

export interface PreviewAnswer {
  /** Namespaces that are concerned; one of a further cluster as `CLUSTER/NAMESPACE`, as in what follows. */
  namespaces: string[];
  /** Clusters that did not answer, so that nothing is said of them. Absent where all did. */
  unreachableClusters?: string[];
  /** Pods looked at; more than the bound are not, and `truncated` says so. */
  pods: number;
  truncated: boolean;
  /** Images admitted by the policies of now whose pods would be refused when they are next created. */
  wouldRefuse: PreviewImage[];
  /** Images refused now that would be admitted after the change; `policies` are those that refuse them. */
  wouldAdmit: PreviewImage[];
  /** Images of workloads that wait now and would go on waiting; `policies` are those that would refuse them. */
  stillRefused: PreviewImage[];
  /** Why it cannot be saved as it is (too many rules, say); absent where it can. */
  problem?: string;
  warnings: LintWarning[];
}

/** An image of a workload, or of a pod that nothing made. */
export interface PreviewImage {
  namespace: string;
  workload: WorkloadName;
  container: string;
  image: string;
  /** Pods that exist with it. */
  pods: number;
  policies: string[];
}

export interface LintWarning {
  code:
    | "NEVER_MATCHES"
    | "CONTRADICTION"
    | "REDUNDANT"
    | "SHADOWED"
    | "MATCHES_NOTHING_RUNNING"
    | "BLOCKS_EVERYTHING"
    | "BROAD_MATCH";
  /** Index into `spec.input.rules`; absent where the whole policy is meant. */
  rule?: number;
  message: string;
}

/** An image of a workload that a policy refuses or, on dry run, would refuse; found by watching what runs, whenever it was admitted. */
export interface Violation {
  policy: string;
  origin: PolicyOrigin;
  /** The policy is on dry run, so it only reports this. */
  dryRun: boolean;
  /** The policy refuses nothing here: the tag was moved in the registry. */
  moved?: true;
  /** Absent in the home cluster. */
  cluster?: string;
  namespace: string;
  /** What makes the pods, or the pod itself where nothing does. */
  workload: WorkloadName;
  container: string;
  containerKind: ContainerKind;
  image: string;
  /** Pods that exist with this image; none of them would be admitted again. */
  pods: number;
  /** The workload wants pods and has none with this image. */
  waits: boolean;
  /** Why, one sentence. */
  reason: string;
  /** When it was first seen under this policy; ISO 8601, to the second. */
  since: string;
}

export interface WorkloadName {
  apiVersion: string;
  kind: string;
  name: string;
}

export interface ViolationList {
  violations: Violation[];
  totalCount: string;
}

/** What registries told. */
export interface KnownImageList {
  images: KnownImage[];
  totalCount: string;
}

/** One `Warning FailedCreate` event that names our policies. */
export interface ActivityEntry {
  /** Absent in the home cluster. */
  cluster?: string;
  namespace: string;
  /** Such as `replicaset/busybox-5d4f8c`. */
  object: string;
  /** The denial without what the API server puts around it. */
  message: string;
  policies: string[];
  count: number;
  firstSeen: string;
  lastSeen: string;
}
