import type { NamedImage } from "../common/audit.js";
import { evaluateImage } from "../common/evaluate.js";
import type { WorkloadReference } from "../common/exception.js";
import type { ExplainAnswer, ExplainRequest } from "../common/tmc-api.js";
import { AUDITED_KINDS, type Shown, workloadsOfPods } from "./audit/audited-kinds.js";
import { orUndefined } from "./cluster-client.js";
import type { PolicyContext } from "./context.js";
import { POLICY_ERROR, PolicyError } from "./errors.js";
import { onCluster } from "./fleet/on-cluster.js";
import { effectiveView } from "./namespaces.js";
import { podImages } from "./pod-images.js";

/** Judges an image, or every image of a pod or of a workload's next pods, by what holds in a namespace. */
export async function explain(
  context: PolicyContext,
  organization: string,
  { namespace, clusterName, image = "", pod, workload }: ExplainRequest,
): Promise<ExplainAnswer> {
  const there = clusterName === undefined ? context : await onCluster(context, organization, clusterName);
  const { managed, policies } = await effectiveView(there, organization, namespace);
  const named = pod === undefined ? workload : { kind: "Pod", name: pod };
  const { images, ...of } = named
    ? await requireWorkload(there, namespace, named)
    : { images: [{ container: "", kind: "container" as const, image }] };
  const judged = images.map(({ container, kind, image: name }) => ({
    container,
    kind,
    verdict: evaluateImage(name, policies, of),
  }));
  return { namespace, managed, allowed: judged.every(({ verdict }) => verdict.allowed), images: judged };
}

/** The images of a pod or of what makes pods, and what exceptions these are judged by. */
async function requireWorkload(
  { client }: PolicyContext,
  namespace: string,
  { kind, name }: WorkloadReference,
): Promise<{ images: NamedImage[]; workloads: WorkloadReference[] }> {
  const audited = AUDITED_KINDS.find((each) => each.kind === kind);
  const { apiVersion = "v1" } = audited ?? {};
  const reading = client.objects.read<Shown>({ apiVersion, kind, metadata: { name, namespace } });
  const found = audited && (await orUndefined(reading));
  if (!found)
    throw new PolicyError(
      POLICY_ERROR.notFound,
      `${kind.toLowerCase()} "${name}" not found in namespace "${namespace}"`,
    );
  const spec = audited.podSpec(found);
  return { images: spec ? podImages({ spec }) : [], workloads: workloadsOfPods(found, { kind, name }) };
}
