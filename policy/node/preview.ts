import type { KubernetesObject, V1Namespace } from "@kubernetes/client-node";

import type { WatchedObject } from "../../kubernetes/node/collection-watch.js";
import type { AuditedImages } from "../common/audit.js";
import type { EffectivePolicy } from "../common/effective.js";
import { toSecond } from "../common/exception.js";
import { asksRegistries } from "../common/known-image.js";
import { lintPolicy } from "../common/lint.js";
import { boundsProblem } from "../common/parameters.js";
import { idleRules, previewChanges } from "../common/preview.js";
import type { NamespaceChange, PreviewAnswer } from "../common/tmc-api.js";
import { AuditedCluster } from "./audit/audited-cluster.js";
import { AUDITED_KINDS, type AuditedKind, auditedObject } from "./audit/audited-kinds.js";
import { placeOf, type Scope } from "./bring-into-force.js";
import { toPolicyError } from "./cluster-client.js";
import type { PolicyContext } from "./context.js";
import { listEffectivePolicies, listPoliciesAndExceptions } from "./effective-policies.js";
import { requireException } from "./exceptions.js";
import { requireNamespace, requireWorkspace } from "./find.js";
import { fleetNamespaces, nameOnFleet } from "./fleet/fleet-namespaces.js";
import { onCluster } from "./fleet/on-cluster.js";
import { ownLabels, withLabels } from "./namespace-labels.js";
import { selectFor } from "./namespace-parameters.js";
import { listKnownImages } from "./verify/stored-images.js";
import { workspaceOf } from "./namespaces.js";
import { parseManifest } from "./policies.js";
import { type ExceptionObject, objectName, originOf, type PolicyAddress, withExceptions } from "./records.js";

/** A preview is read by a person while typing; more pods than this would keep them waiting. */
const MAX_PREVIEW_PODS = 1000;

/** Of each other kind, in one namespace. */
const MAX_WORKLOADS = 500;

/** What a policy that would be saved or deleted refuses and lets in of what there is. */
export async function previewPolicy(
  context: PolicyContext,
  scope: Scope,
  { policy, remove }: { policy: unknown; remove?: boolean },
): Promise<PreviewAnswer> {
  const { fullName, spec } = parseManifest(policy);
  const before = await listEffectivePolicies(context.store, scope.organization);
  const named: EffectivePolicy = { name: fullName.name, origin: originOf(scope), spec };
  const { exceptions } = before.find((each) => isSamePolicy(each, named)) ?? {};
  const known = asksRegistries(spec) ? await listKnownImages(context.store, scope.organization) : [];
  const candidate: EffectivePolicy = {
    ...named,
    ...(exceptions && { exceptions }),
    ...(known.length > 0 && { known }),
  };
  const others = before.filter((each) => !isSamePolicy(each, candidate));
  const after = remove ? others : [...others, candidate];
  const preview = new Preview();
  const concerned: AuditedImages[] = [];
  const { found, unreachable } = await fleetNamespaces(context, scope);
  preview.missing(unreachable);
  for (const { context: there, namespace } of found) {
    const isConcerned = selectFor(namespace, [candidate]).selected.length > 0;
    const images = await preview.add(there, namespace, {
      before: selectFor(namespace, before).selected,
      after: selectFor(namespace, after).selected,
      isConcerned,
    });
    if (isConcerned) concerned.push(...images);
  }
  const warnings = remove ? [] : [...lintPolicy(candidate, others), ...idleRules(candidate, concerned)];
  return { ...preview.answer, warnings };
}

/** What granting an exception lets in of what there is, or ending it refuses. Throws POLICY_NOT_FOUND. */
export async function previewException(
  context: PolicyContext,
  address: PolicyAddress,
  { remove = false }: { remove?: boolean },
): Promise<PreviewAnswer> {
  const { spec } = await requireException(context, address);
  const { policies, exceptions } = await listPoliciesAndExceptions(context.store, address.organization);
  const changed = exceptions.flatMap((each): ExceptionObject[] => {
    if (each.metadata.name !== objectName(address)) return [each];
    return remove ? [] : [{ ...each, spec: { ...each.spec, state: "Granted" } }];
  });
  const now = toSecond(new Date());
  const [before, after] = [exceptions, changed].map((these) => withExceptions(policies, these, now));
  const preview = new Preview();
  const { workspace } = address;
  const isMeant = ({ name, origin }: EffectivePolicy) =>
    name === spec.policy && (origin.kind === "workspace" ? origin.workspace : undefined) === workspace;
  const { found, unreachable } = await fleetNamespaces(context, placeOf(address));
  preview.missing(unreachable);
  for (const { context: there, namespace } of found) {
    const selected = selectFor(namespace, before ?? []).selected;
    const isElsewhere = spec.namespace !== undefined && spec.namespace !== namespace.metadata?.name;
    if (isElsewhere || !selected.some(isMeant)) continue;
    const judged = { before: selected, after: selectFor(namespace, after ?? []).selected };
    await preview.add(there, namespace, { ...judged, isConcerned: true });
  }
  return preview.answer;
}

/** What attaching, moving, relabelling or detaching a namespace refuses and lets in of what there is in it. */
export async function previewNamespace(
  context: PolicyContext,
  organization: string,
  { name, clusterName, workspaceName, labels = {} }: NamespaceChange,
): Promise<PreviewAnswer> {
  const there = clusterName === undefined ? context : await onCluster(context, organization, clusterName);
  const namespace = await requireNamespace(there, organization, name);
  if (workspaceName !== null) await requireWorkspace(context, organization, workspaceName);
  const policies = await listEffectivePolicies(context.store, organization);
  const changed = withLabels(namespace, ownLabels(namespace, labels));
  const preview = new Preview();
  await preview.add(there, namespace, {
    before: workspaceOf(namespace) === undefined ? [] : selectFor(namespace, policies).selected,
    after:
      workspaceName === null
        ? []
        : selectFor(changed, policies, { organization, workspace: workspaceName }).selected,
    isConcerned: true,
  });
  return preview.answer;
}

interface Judging {
  before: EffectivePolicy[];
  after: EffectivePolicy[];
  isConcerned: boolean;
}

/** The answer while namespaces are added to it. */
class Preview {
  readonly answer: PreviewAnswer = {
    namespaces: [],
    pods: 0,
    truncated: false,
    wouldRefuse: [],
    wouldAdmit: [],
    stillRefused: [],
    warnings: [],
  };

  /** Clusters of which nothing is known. */
  missing(clusters: string[]): void {
    if (clusters.length > 0) this.answer.unreachableClusters = clusters;
  }

  /** Resolves to what there is in the namespace, on the cluster of the context. Throws `PolicyError`. */
  async add(
    context: PolicyContext,
    namespace: V1Namespace,
    { before, after, isConcerned }: Judging,
  ): Promise<AuditedImages[]> {
    const { answer } = this;
    const { images, isTruncated } = await imagesNow(
      context,
      namespace.metadata?.name ?? "",
      MAX_PREVIEW_PODS - answer.pods,
    );
    const name = nameOnFleet(context, namespace);
    const changes = previewChanges(name, images, { before, after });
    const problem = boundsProblem(after);
    if (problem !== undefined) answer.problem ??= problem;
    if (isConcerned) answer.namespaces.push(name);
    answer.pods += images.reduce((sum, { pods }) => sum + pods, 0);
    answer.truncated ||= isTruncated;
    answer.wouldRefuse.push(...changes.wouldRefuse);
    answer.wouldAdmit.push(...changes.wouldAdmit);
    answer.stillRefused.push(...changes.stillRefused);
    return images;
  }
}

async function imagesNow(
  context: PolicyContext,
  namespace: string,
  maxPods: number,
): Promise<{ images: AuditedImages[]; isTruncated: boolean }> {
  const cluster = new AuditedCluster();
  const lists = await Promise.all(
    AUDITED_KINDS.map((kind) =>
      listKind(context, kind, { namespace, limit: kind.kind === "Pod" ? maxPods : MAX_WORKLOADS }),
    ),
  );
  for (const { objects } of lists) for (const object of objects) cluster.put(object);
  return {
    images: cluster.imagesIn(namespace),
    isTruncated: lists.some(({ isTruncated }) => isTruncated),
  };
}

async function listKind(
  { client }: PolicyContext,
  kind: AuditedKind,
  { namespace, limit }: { namespace: string; limit: number },
) {
  if (limit <= 0) return { objects: [], isTruncated: true };
  const none = undefined;
  const { items } = await client.objects
    .list<KubernetesObject>(kind.apiVersion, kind.kind, namespace, none, none, none, none, none, limit + 1)
    .catch((error: unknown) => {
      throw toPolicyError(error);
    });
  const objects = items.slice(0, limit).map((item) => auditedObject(kind, item as WatchedObject));
  return { objects, isTruncated: items.length > limit };
}

function isSamePolicy(left: EffectivePolicy, right: EffectivePolicy): boolean {
  return left.name === right.name && JSON.stringify(left.origin) === JSON.stringify(right.origin);
}
