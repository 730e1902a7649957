import type { V1Namespace, V1Pod } from "@kubernetes/client-node";

import type { NamedImage } from "../common/audit.js";
import type { EffectivePolicy } from "../common/effective.js";
import { evaluateImage } from "../common/evaluate.js";
import { lintPolicy } from "../common/lint.js";
import { boundsProblem } from "../common/parameters.js";
import type { ExplainAnswer, ExplainRequest, PreviewAnswer, PreviewPod } from "../common/tmc-api.js";
import { listBlockedWorkloads, WORKLOAD_KINDS } from "./blocked-workloads.js";
import { managedNamespaces, type Scope } from "./bring-into-force.js";
import { orUndefined, toPolicyError } from "./cluster-client.js";
import type { PolicyContext } from "./context.js";
import { POLICY_ERROR, PolicyError } from "./errors.js";
import { selectFor } from "./namespace-parameters.js";
import { effectiveView } from "./namespaces.js";
import { podImages } from "./pod-images.js";
import { parseManifest } from "./policies.js";
import { type ImagePolicySpec, originOf, toEffective } from "./records.js";

/** A preview is read by a person while typing; more pods than this would keep them waiting. */
const MAX_PREVIEW_PODS = 1000;

/** Judges an image, or every image of a pod, by what holds in a namespace. */
export async function explain(
  context: PolicyContext,
  organization: string,
  { namespace, image, pod }: ExplainRequest,
): Promise<ExplainAnswer> {
  const { managed, policies } = await effectiveView(context, organization, namespace);
  const images =
    pod === undefined
      ? [{ container: "", kind: "container" as const, image: image ?? "" }]
      : podImages(await requirePod(context, namespace, pod));
  const judged = images.map(({ container, kind, image: name }) => ({
    container,
    kind,
    verdict: evaluateImage(name, policies),
  }));
  return { namespace, managed, allowed: judged.every(({ verdict }) => verdict.allowed), images: judged };
}

/** What would change for the pods that exist, and for workloads whose pods are refused now, if a policy were saved or deleted. */
export async function preview(
  context: PolicyContext,
  scope: Scope,
  { policy, remove }: { policy: unknown; remove?: boolean },
): Promise<PreviewAnswer> {
  const { fullName, spec } = parseManifest(policy);
  const candidate: EffectivePolicy = { name: fullName.name, origin: originOf(scope), spec };
  const before = await storedPolicies(context, scope.organization);
  const others = before.filter((each) => !isSamePolicy(each, candidate));
  const after = remove ? others : [...others, candidate];
  const namespaces = await managedNamespaces(context, scope);
  const answer: PreviewAnswer = {
    namespaces: [],
    pods: 0,
    truncated: false,
    wouldRefuse: [],
    wouldAdmit: [],
    stillRefused: [],
    warnings: remove ? [] : lintPolicy(candidate, others),
  };
  for (const namespace of namespaces) {
    await previewNamespace(context, namespace, { before, after, candidate, answer });
  }
  return answer;
}

interface Preview {
  before: EffectivePolicy[];
  after: EffectivePolicy[];
  candidate: EffectivePolicy;
  answer: PreviewAnswer;
}

async function previewNamespace(
  context: PolicyContext,
  namespace: V1Namespace,
  { before, after, candidate, answer }: Preview,
): Promise<void> {
  const name = namespace.metadata?.name ?? "";
  if (selectFor(namespace, [candidate]).selected.length > 0) answer.namespaces.push(name);
  const now = selectFor(namespace, before).selected;
  const later = selectFor(namespace, after).selected;
  const problem = boundsProblem(later);
  if (problem !== undefined) answer.problem ??= problem;
  const pods = await listPods(context, name, MAX_PREVIEW_PODS - answer.pods);
  answer.pods += pods.items.length;
  answer.truncated ||= pods.truncated;
  for (const pod of pods.items) {
    const changes = judgeAnew(podImages(pod), now, later);
    const place = { namespace: name, pod: pod.metadata?.name ?? "" };
    answer.wouldAdmit.push(...changes.admitted.map((change) => ({ ...place, ...change })));
    answer.wouldRefuse.push(...changes.refused.map((change) => ({ ...place, ...change })));
  }
  await previewWorkloads(context, name, { now, later, answer });
}

/** A workload that waits for its pods has none to be looked at; its template tells what they would be. */
async function previewWorkloads(
  context: PolicyContext,
  namespace: string,
  { now, later, answer }: { now: EffectivePolicy[]; later: EffectivePolicy[]; answer: PreviewAnswer },
): Promise<void> {
  for (const kind of WORKLOAD_KINDS) {
    const workloads = await listBlockedWorkloads(context, namespace, kind).catch((error: unknown) => {
      throw toPolicyError(error);
    });
    for (const { metadata, spec } of workloads) {
      const template = spec?.template?.spec;
      const changes = judgeAnew(podImages(template ? { spec: template } : {}), now, later);
      const place = { namespace, pod: "", workload: `${kind.kind.toLowerCase()}/${metadata?.name ?? ""}` };
      answer.wouldAdmit.push(...changes.admitted.map((change) => ({ ...place, ...change })));
      answer.stillRefused.push(...changes.stillRefused.map((change) => ({ ...place, ...change })));
    }
  }
}

type Change = Pick<PreviewPod, "container" | "image" | "policies">;

interface Changes {
  admitted: Change[];
  refused: Change[];
  stillRefused: Change[];
}

/** What another set of policies says to images, with the policies that refuse them before or after; what both admit is left out. */
function judgeAnew(images: NamedImage[], now: EffectivePolicy[], then: EffectivePolicy[]): Changes {
  const changes: Changes = { admitted: [], refused: [], stillRefused: [] };
  for (const { container, image } of images) {
    const was = evaluateImage(image, now);
    const will = evaluateImage(image, then);
    if (was.allowed && will.allowed) continue;
    const refusing = (will.allowed ? was : will).policies.filter(({ passed, audit }) => !passed && !audit);
    const change = { container, image, policies: refusing.map(({ name }) => name) };
    const kind = will.allowed ? "admitted" : was.allowed ? "refused" : "stillRefused";
    changes[kind].push(change);
  }
  return changes;
}

async function storedPolicies({ store }: PolicyContext, organization: string): Promise<EffectivePolicy[]> {
  const stored = await store.list<ImagePolicySpec>("imagepolicies", organization);
  return stored.map(toEffective).filter((policy) => policy !== undefined);
}

function isSamePolicy(left: EffectivePolicy, right: EffectivePolicy): boolean {
  return left.name === right.name && JSON.stringify(left.origin) === JSON.stringify(right.origin);
}

async function listPods({ client }: PolicyContext, namespace: string, limit: number) {
  if (limit <= 0) return { items: [] as V1Pod[], truncated: true };
  try {
    const { items } = await client.core.listNamespacedPod({ namespace, limit: limit + 1 });
    return { items: items.slice(0, limit), truncated: items.length > limit };
  } catch (error) {
    throw toPolicyError(error);
  }
}

async function requirePod(context: PolicyContext, namespace: string, name: string): Promise<V1Pod> {
  const pod = await orUndefined(context.client.core.readNamespacedPod({ namespace, name }));
  if (pod) return pod;
  throw new PolicyError(POLICY_ERROR.notFound, `pod "${name}" not found in namespace "${namespace}"`);
}
