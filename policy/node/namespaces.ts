import type { V1Namespace } from "@kubernetes/client-node";

import {
  CLUSTER_LABEL,
  MANAGED_LABEL,
  ORGANIZATION_LABEL,
  UNWRITTEN_LABEL,
  WORKSPACE_LABEL,
} from "../common/engine-names.js";
import type { EffectiveView, NamespaceView } from "../common/tmc-api.js";
import { syncUntilInForce } from "./bring-into-force.js";
import { isConflict, orUndefined, toPolicyError } from "./cluster-client.js";
import type { PolicyContext } from "./context.js";
import { listEffectivePolicies } from "./effective-policies.js";
import { POLICY_ERROR, PolicyError } from "./errors.js";
import { isOfOrganization, requireCluster, requireNamespace, requireWorkspace } from "./find.js";
import { askFleet, onCluster } from "./fleet/on-cluster.js";
import { isOwnNamespace, makeOwnNamespace } from "./fleet/own-namespace.js";
import type { RecordedNamespace } from "./history/record-namespace.js";
import { markedUnwritten, writeDown } from "./history/unwritten-change.js";
import { deleteParameters, selectFor, syncParameters } from "./namespace-parameters.js";
import { nudgeBlockedWorkloads } from "./nudge.js";
import { waitUntilUnjudged } from "./probe.js";
import type { ManagedClusterSpec } from "./records.js";
import { type Labels, memberLabels, ownLabels, withLabels } from "./namespace-labels.js";
import { enforceStored, recordStored } from "./stored-change.js";
import { shownEvery, shownOfOrganization } from "./shown-namespaces.js";
import { namespaceView } from "./views.js";
import { LECTERN_USER, type WriteOptions } from "./write-options.js";

const PLACED = "The namespace has its labels";
const DETACHED = "The namespace is detached";

export interface NamespaceAddress {
  organization: string;
  cluster: string;
  namespace: string;
}

/**
 * Puts a namespace of the organization into a workspace; resolves when the workspace's policies hold in it.
 * Throws POLICY_EXISTS where it is attached already, POLICY_NOT_FOUND, POLICY_NOT_IN_FORCE.
 */
export async function attachNamespace(
  context: PolicyContext,
  address: NamespaceAddress & { workspace: string },
  { dryRun = false, user = LECTERN_USER }: WriteOptions = {},
): Promise<NamespaceView> {
  const found = await requirePlaces(context, { ...address, dryRun });
  const namespace = dryRun ? found : await writeDown(context, found);
  const current = workspaceOf(namespace);
  if (current !== undefined) {
    const message = `namespace "${address.namespace}" is already attached to workspace "${current}"`;
    throw new PolicyError(POLICY_ERROR.exists, message);
  }
  if (dryRun) return namespaceView(withLabels(namespace, memberLabels(address)), address.cluster);
  return join(context, { ...address, user, action: "attached" }, namespace);
}

export interface NamespaceChange {
  /** The workspace it moves to. */
  workspace?: string;
  /** Labels to set, and as `null` those to remove. */
  labels?: Record<string, string | null>;
}

/**
 * Moves an attached namespace to another workspace and changes its labels, which selectors of policies look at; resolves when the policies
 * that bear on it then hold. Throws POLICY_INVALID for labels that are not the organization's to set.
 */
export async function updateNamespace(
  context: PolicyContext,
  address: NamespaceAddress,
  { workspace, labels = {}, dryRun = false, user = LECTERN_USER }: NamespaceChange & WriteOptions,
): Promise<NamespaceView> {
  const found = await requireAttachedNamespace(context, address);
  const namespace = dryRun ? found : await writeDown(context, found);
  const target = { ...address, workspace: workspace ?? workspaceOf(namespace) ?? "" };
  await requireWorkspace(context, address.organization, target.workspace);
  const changes = ownLabels(namespace, labels);
  if (dryRun)
    return namespaceView(withLabels(namespace, { ...changes, ...memberLabels(target) }), address.cluster);
  const from = workspaceOf(namespace);
  const done: Joining =
    from === undefined || from === target.workspace
      ? { action: "labelled", user }
      : { action: "moved", user, from };
  const moved = await join(context, { ...target, ...done }, namespace, changes);
  await enforceStored(PLACED, () => nudgeBlockedWorkloads(context, address.namespace));
  return moved;
}

/** Takes a namespace out of its workspace; resolves when no image policy judges it. The namespace itself stays. */
export async function detachNamespace(
  context: PolicyContext,
  address: NamespaceAddress,
  { dryRun = false, user = LECTERN_USER }: WriteOptions = {},
): Promise<void> {
  const found = await requireAttachedNamespace(context, address);
  if (dryRun) return;
  await writeDown(context, found);
  const workspace = workspaceOf(found) ?? "";
  const labels = {
    [MANAGED_LABEL]: null,
    [WORKSPACE_LABEL]: null,
    [CLUSTER_LABEL]: null,
    ...(context.place?.isOpen && { [ORGANIZATION_LABEL]: null }),
  };
  const change = { ...address, workspace, user, action: "detached" as const };
  const labelled = await label(context, address.namespace, markedUnwritten(labels, change));
  await writtenDown(context, DETACHED, labelled);
  await enforceStored(DETACHED, async () => {
    await waitUntilUnjudged(context.client, address.namespace);
    await deleteParameters(context.client, address.namespace);
    await nudgeBlockedWorkloads(context, address.namespace);
  });
}

export async function getNamespace(
  context: PolicyContext,
  address: NamespaceAddress,
): Promise<NamespaceView> {
  return namespaceView(await requireAttachedNamespace(context, address), address.cluster);
}

/**
 * Namespaces of the organization on all of its clusters; with a cluster only those attached there, as TMC lists them. Throws POLICY_NOT_FOUND, and
 * POLICY_CLUSTER_UNREACHABLE for one cluster that is away.
 */
export async function listNamespaces(
  context: PolicyContext,
  { organization, cluster }: { organization: string; cluster?: string },
): Promise<NamespacesFound> {
  if (cluster !== undefined) {
    const { spec } = await requireCluster(context, organization, cluster);
    const there = await onCluster(context, organization, cluster);
    const found = await shownOfOrganization(there, organization);
    const views = found.map((namespace) => namespaceView(namespace, spec.name));
    return { namespaces: views.filter(({ status }) => status.managed), home: "", unreachable: [] };
  }
  const [{ answers, unreachable }, clusters] = await Promise.all([
    askFleet(context, organization, (each) => attachableNamespaces(each, organization)),
    context.store.list<ManagedClusterSpec>("managedclusters", organization),
  ]);
  const home = clusters.find(({ spec }) => spec.member === undefined)?.spec.name ?? "";
  const namespaces = answers.flatMap(({ context: { place }, answer }) =>
    answer.map((namespace) => namespaceView(namespace, place?.cluster ?? home)),
  );
  return { namespaces, home, unreachable };
}

/** Those the organization has, or could have by attaching them. */
async function attachableNamespaces(context: PolicyContext, organization: string): Promise<V1Namespace[]> {
  if (!context.place?.isOpen) return shownOfOrganization(context, organization);
  const all = await shownEvery(context);
  return all.filter((namespace) => isOfOrganization(namespace, organization, context.place));
}

/** Namespaces, and the clusters that did not say theirs. */
export interface NamespacesFound {
  namespaces: NamespaceView[];
  /** The name of the home cluster, where namespaces of all clusters were asked for. */
  home: string;
  unreachable: string[];
}

/** What holds in a namespace, with where each policy comes from. */
export async function effectiveView(
  context: PolicyContext,
  organization: string,
  name: string,
): Promise<EffectiveView> {
  const [namespace, policies] = await Promise.all([
    requireNamespace(context, organization, name),
    listEffectivePolicies(context.store, organization, "seen"),
  ]);
  const workspace = workspaceOf(namespace);
  const { selected, notSelected } = selectFor(namespace, workspace === undefined ? [] : policies);
  return {
    namespace: name,
    workspace: workspace ?? "",
    managed: workspace !== undefined,
    labels: namespace.metadata?.labels ?? {},
    policies: selected,
    notSelected,
  };
}

/** What is written down of a namespace that comes into a workspace, or is changed there. */
type Joining = Pick<RecordedNamespace, "user" | "action" | "from">;

/** Writes down for the history what a namespace says itself; where that fails the log tells, and the controller does it. Resolves to the namespace as it is shown. */
async function writtenDown(
  context: PolicyContext,
  done: string,
  labelled: V1Namespace,
): Promise<V1Namespace> {
  let now = labelled;
  await recordStored(context, done, async () => {
    now = await writeDown(context, labelled);
  });
  return withLabels(now, { [UNWRITTEN_LABEL]: null });
}

/**
 * Parameters are written before the label that makes them count, so that pods are never refused for want of them. The label is set only where the
 * namespace is as it was `seen`: of several who attach it at once one succeeds.
 */
async function join(
  context: PolicyContext,
  address: NamespaceAddress & Joining & { workspace: string },
  seen: V1Namespace,
  changes: Labels = {},
): Promise<NamespaceView> {
  const { organization, cluster, namespace, workspace } = address;
  const membership = { organization, workspace };
  await syncParameters(context.client, context.store, { namespace, membership });
  const owned = context.place?.isOpen && { [ORGANIZATION_LABEL]: organization };
  const labels = { ...changes, ...memberLabels(address), ...owned };
  const labelled = await labelAsSeen(context, seen, markedUnwritten(labels, address));
  const shown = await writtenDown(context, PLACED, labelled);
  await enforceStored(PLACED, () => syncUntilInForce(context, namespace));
  return namespaceView(shown, cluster);
}

async function labelAsSeen(
  context: PolicyContext,
  { metadata: { name = "", resourceVersion } = {} }: V1Namespace,
  marked: ReturnType<typeof markedUnwritten>,
): Promise<V1Namespace> {
  try {
    const body = { metadata: { ...marked, ...(resourceVersion !== undefined && { resourceVersion }) } };
    return await patchLabels(context.client, { name, body });
  } catch (error) {
    // What was written for a membership that did not come about is put right at once.
    await syncParameters(context.client, context.store, { namespace: name });
    if (!isConflict(error)) throw toPolicyError(error);
    const message = `namespace "${name}" was changed by someone else meanwhile; look where it is attached and try again`;
    throw new PolicyError(POLICY_ERROR.conflict, message, { cause: error });
  }
}

async function label(
  { client }: PolicyContext,
  name: string,
  metadata: ReturnType<typeof markedUnwritten>,
): Promise<V1Namespace> {
  try {
    return await patchLabels(client, { name, body: { metadata } });
  } catch (error) {
    throw toPolicyError(error);
  }
}

/** Whoever changes a policy next at once sees the namespace there. */
async function patchLabels(
  { core, mergePatch, seen }: PolicyContext["client"],
  patch: { name: string; body: object },
): Promise<V1Namespace> {
  const patched = await core.patchNamespace(patch, mergePatch);
  seen.note("namespaces", patched.metadata?.resourceVersion);
  return patched;
}

async function requirePlaces(
  context: PolicyContext,
  {
    organization,
    cluster,
    namespace,
    workspace,
    dryRun,
  }: NamespaceAddress & { workspace: string; dryRun: boolean },
): Promise<V1Namespace> {
  await requireCluster(context, organization, cluster);
  await requireWorkspace(context, organization, workspace);
  if (!isOwnNamespace(context, organization, namespace))
    return requireNamespace(context, organization, namespace);
  const made = await makeOwnNamespace(context, { organization, dryRun });
  return made ?? requireNamespace(context, organization, namespace);
}

async function requireAttachedNamespace(
  context: PolicyContext,
  { organization, cluster, namespace: name }: NamespaceAddress,
): Promise<V1Namespace> {
  await requireCluster(context, organization, cluster);
  const namespace = await requireNamespace(context, organization, name);
  const labels = namespace.metadata?.labels ?? {};
  // On a member the label may be of a name it was attached under before.
  const isThere = context.place?.cluster === cluster || labels[CLUSTER_LABEL] === cluster;
  if (workspaceOf(namespace) !== undefined && isThere) return namespace;
  const message = `namespace "${name}" is not attached to a workspace on cluster "${cluster}"`;
  throw new PolicyError(POLICY_ERROR.notFound, message);
}

/** What of a namespace says who may do what there. */
export interface NamespacePlace {
  /** Absent where it is in none. */
  workspace?: string;
  /** On a cluster that the organization brought, and nobody's yet: the cluster's own parts may be in it. */
  isUnclaimed: boolean;
}

/** Throws POLICY_NOT_FOUND. */
export async function placeOf(
  context: PolicyContext,
  organization: string,
  name: string,
): Promise<NamespacePlace> {
  // Of one that is not there yet, attaching makes it.
  const isOwn = isOwnNamespace(context, organization, name);
  if (isOwn && !(await orUndefined(context.client.core.readNamespace({ name }))))
    return { isUnclaimed: false };
  const namespace = await requireNamespace(context, organization, name);
  const workspace = workspaceOf(namespace);
  const isUnclaimed = namespace.metadata?.labels?.[ORGANIZATION_LABEL] === undefined;
  return { isUnclaimed, ...(workspace !== undefined && { workspace }) };
}

/** The workspace a namespace is in; absent where it is in none. */
export function workspaceOf({ metadata }: V1Namespace): string | undefined {
  return metadata?.labels?.[MANAGED_LABEL] === "true" ? (metadata.labels[WORKSPACE_LABEL] ?? "") : undefined;
}
