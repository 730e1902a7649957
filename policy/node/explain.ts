import type { V1Pod } from "@kubernetes/client-node";

import { evaluateImage } from "../common/evaluate.js";
import { workloadsOfPod } from "../common/exception.js";
import type { ExplainAnswer, ExplainRequest } from "../common/tmc-api.js";
import { orUndefined } from "./cluster-client.js";
import type { PolicyContext } from "./context.js";
import { POLICY_ERROR, PolicyError } from "./errors.js";
import { effectiveView } from "./namespaces.js";
import { podImages } from "./pod-images.js";

/** Judges an image, or every image of a pod, by what holds in a namespace. */
export async function explain(
  context: PolicyContext,
  organization: string,
  { namespace, image, pod }: ExplainRequest,
): Promise<ExplainAnswer> {
  const { managed, policies } = await effectiveView(context, organization, namespace);
  const found = pod === undefined ? undefined : await requirePod(context, namespace, pod);
  const images = found
    ? podImages(found)
    : [{ container: "", kind: "container" as const, image: image ?? "" }];
  const judgedPod = found ? { workloads: workloadsOfPod(found.metadata ?? {}) } : {};
  const judged = images.map(({ container, kind, image: name }) => ({
    container,
    kind,
    verdict: evaluateImage(name, policies, judgedPod),
  }));
  return { namespace, managed, allowed: judged.every(({ verdict }) => verdict.allowed), images: judged };
}

async function requirePod(context: PolicyContext, namespace: string, name: string): Promise<V1Pod> {
  const pod = await orUndefined(context.client.core.readNamespacedPod({ namespace, name }));
  if (pod) return pod;
  throw new PolicyError(POLICY_ERROR.notFound, `pod "${name}" not found in namespace "${namespace}"`);
}
