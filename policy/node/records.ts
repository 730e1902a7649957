import type { V1ObjectMeta, V1OwnerReference } from "@kubernetes/client-node";

import type { Owner } from "../common/administration.js";
import type { EffectivePolicy } from "../common/effective.js";
import { type ExceptionSpec, exceptionSpec, type PolicyException } from "../common/exception.js";
import { fieldProblems } from "../common/field-problems.js";
import { ORGANIZATION_LABEL, POLICY_GROUP, POLICY_VERSION, WORKSPACE_LABEL } from "../common/engine-names.js";
import { policySelector, type PolicySpec, policySpec } from "../common/manifest.js";
import type { ExceptionState } from "../common/exception-api.js";
import type { SyncState } from "../common/cluster-api.js";
import type { PolicyStatus } from "../common/tmc-api.js";
import type { PolicyOrigin } from "../common/verdict.js";
import { RESOURCES, type ResourcePlural } from "./custom-resource-definitions.js";

/** An object of our own kinds as it stands in the cluster. */
export interface HierarchyObject<Spec = MemberSpec> {
  apiVersion: string;
  kind: string;
  metadata: V1ObjectMeta;
  spec: Spec;
  status?: Partial<PolicyStatus> & {
    observedGeneration?: number;
    /** When a change that was made in the cluster itself was seen, to the second. */
    changedAt?: string;
  };
}

/** Organizations have neither name nor organization in their spec: their own name is both. */
export interface MemberSpec {
  organization: string;
  name: string;
  description?: string;
  labels?: Record<string, string>;
}

/** A cluster of an organization: the home cluster, which holds the hierarchy itself, or a member that was attached to it. */
export interface ManagedClusterSpec extends MemberSpec {
  /** Absent for the home cluster. */
  member?: {
    /** The uid of its namespace `kube-system`, which tells it from all others. */
    uid: string;
    /** Address of its API server. */
    server: string;
    /** The name under which the operator gave its kubeconfig; of others the organization gave it. */
    operator?: string;
  };
}

/** How far a member is, as the leading server wrote it down last. */
export interface StoredSync {
  state: SyncState;
  /** ISO 8601, to the second. */
  since: string;
  /** The resourceVersion of the home cluster as of which the policies in force were read. */
  version?: string;
  /** Of those policies, with their exceptions. */
  digest?: string;
  namespaces?: number;
  /** From when on the member admits no new pods to attached namespaces, where it has a lease; written when it is no longer renewed. */
  admitsUntil?: string;
  kubernetesVersion?: string;
  message?: string;
}

export type ManagedClusterObject = Omit<HierarchyObject<ManagedClusterSpec>, "status"> & {
  status?: StoredSync;
};

export interface ImagePolicySpec extends MemberSpec, PolicySpec {
  workspace?: string;
}

export type ImagePolicyObject = HierarchyObject<ImagePolicySpec>;

/** An exception as it is stored: what is excepted, and what became of the request. */
export type ExceptionObjectSpec = MemberSpec &
  ExceptionSpec & {
    workspace?: string;
    state: ExceptionState;
    requestedBy: string;
    requestedAt: string;
    decidedBy?: string;
    decidedAt?: string;
    note?: string;
  };

export type ExceptionObject = HierarchyObject<ExceptionObjectSpec>;

/** Which policy is meant: of the organization, or of one of its workspaces. */
export interface PolicyAddress {
  organization: string;
  workspace?: string;
  name: string;
}

/** Names parted by dots, which no name contains, are unique over all organizations of the cluster. */
export function objectName({ organization, workspace, name }: PolicyAddress): string {
  return [organization, workspace, name].filter((part) => part !== undefined).join(".");
}

/** A new object of the hierarchy, labelled so that it can be found by organization and workspace. */
export function newObject<Spec>(
  plural: ResourcePlural,
  address: PolicyAddress,
  { spec, owner }: { spec: Spec; owner?: V1OwnerReference },
): HierarchyObject<Spec> {
  return {
    apiVersion: `${POLICY_GROUP}/${POLICY_VERSION}`,
    kind: RESOURCES[plural],
    metadata: {
      name: plural === "organizations" ? address.organization : objectName(address),
      labels: placeLabels(address),
      ...(owner && { ownerReferences: [owner] }),
    },
    spec,
  };
}

/** The reference under which the garbage collector takes an object away with its owner. */
export function ownerReference({ apiVersion, kind, name, uid }: Owner): V1OwnerReference {
  return { apiVersion, kind, name, uid };
}

export function ownedBy(parent: HierarchyObject<unknown>): V1OwnerReference {
  const { apiVersion, kind, metadata } = parent;
  return ownerReference({ apiVersion, kind, name: metadata.name ?? "", uid: metadata.uid ?? "" });
}

/** Objects are never changed once they are read, and the store gives the same one as long as it is the same version. */
const effective = new WeakMap<ImagePolicyObject, EffectivePolicy | "none">();

/** A stored policy as the evaluator takes it; `undefined` where what is stored cannot be one (`recordProblem` says why). */
export function toEffective(object: ImagePolicyObject): EffectivePolicy | undefined {
  const known = effective.get(object) ?? parseEffective(object) ?? "none";
  effective.set(object, known);
  return known === "none" ? undefined : known;
}

function parseEffective({ metadata, spec }: ImagePolicyObject): EffectivePolicy | undefined {
  if (metadata.name !== objectName(spec)) return undefined;
  const parsed = policySpec.safeParse(spec);
  return parsed.success ? { name: spec.name, origin: originOf(spec), spec: parsed.data } : undefined;
}

/**
 * A policy of its right name that cannot be read, such as one of a recipe that only a newer server knows: it lets nothing pass where it may hold, since
 * nobody can tell what it demands. On dry run it goes on refusing nothing.
 */
function unreadable({ metadata, spec }: ImagePolicyObject): EffectivePolicy | undefined {
  if (!isOfItsName({ metadata, spec })) return undefined;
  const raw: { input?: { audit?: unknown } | null; namespaceSelector?: unknown } = spec;
  const selector = policySelector.safeParse(raw.namespaceSelector);
  return {
    name: spec.name,
    origin: originOf(spec),
    problem:
      "this server cannot read the policy, which a newer one may have written, and lets nothing pass by it",
    spec: {
      type: "image-policy",
      recipe: "custom",
      recipeVersion: "v1",
      input: { audit: raw.input?.audit === true, effect: "allow", rules: [] },
      namespaceSelector: selector.success ? selector.data : { matchExpressions: [] },
    },
  };
}

/**
 * Policies with what was granted from each and has not expired. An exception is of the one policy that owns it: of another that later has the same name
 * nothing is excepted.
 */
export function withExceptions(
  policies: ImagePolicyObject[],
  exceptions: ExceptionObject[],
  now: string,
): EffectivePolicy[] {
  const granted = exceptions.filter(({ spec }) => spec.state === "Granted" && now < spec.expires);
  return policies.flatMap((object) => {
    const policy = toEffective(object) ?? unreadable(object);
    if (!policy) return [];
    const own = granted
      .filter((exception) => isExceptionOf(exception, object))
      .map(toException)
      .filter((exception) => exception !== undefined);
    return [own.length === 0 ? policy : { ...policy, exceptions: own }];
  });
}

/** Whether the policy, and not only one of its name, owns the exception. */
export function isExceptionOf({ metadata }: ExceptionObject, policy: ImagePolicyObject): boolean {
  const { uid } = policy.metadata;
  return uid !== undefined && (metadata.ownerReferences ?? []).some((owner) => owner.uid === uid);
}

/** What somebody wrote by hand and is no exception excepts nothing. */
function toException({ spec }: ExceptionObject): PolicyException | undefined {
  const parsed = exceptionSpec.safeParse(spec);
  return parsed.success ? { name: spec.name, ...parsed.data } : undefined;
}

/** Says why an object somebody wrote by hand is not taken for a policy, or for one that lets nothing pass. */
export function recordProblem({ metadata, spec }: ImagePolicyObject): string | undefined {
  const expected = objectName(spec);
  if (metadata.name !== expected) return `Ignored: its spec belongs under the name ${expected}.`;
  const parsed = policySpec.safeParse(spec);
  if (parsed.success) return undefined;
  const issues = parsed.error.issues.map((issue) => ({ ...issue, path: ["spec", ...issue.path] }));
  return `Lets nothing pass, as it cannot be read: ${fieldProblems(issues, "spec", { spec }).text}`;
}

/** Whether it stands where policies of its spec belong. */
export function isOfItsName({ metadata, spec }: Pick<ImagePolicyObject, "metadata" | "spec">): boolean {
  return metadata.name === objectName(spec);
}

/** The labels policies are found by. */
export function placeLabels({ organization, workspace }: Pick<PolicyAddress, "organization" | "workspace">) {
  return {
    [ORGANIZATION_LABEL]: organization,
    ...(workspace !== undefined && { [WORKSPACE_LABEL]: workspace }),
  };
}

export function originOf({
  organization,
  workspace,
}: Pick<PolicyAddress, "organization" | "workspace">): PolicyOrigin {
  return workspace === undefined
    ? { kind: "organization", organization }
    : { kind: "workspace", organization, workspace };
}
