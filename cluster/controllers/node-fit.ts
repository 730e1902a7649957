import { valueAt } from "../api/field-access.js";
import type { ApiObject, ObjectMeta } from "../api/object.js";
import { labelSelectorMatcher } from "../selector/label-selector.js";
import { nanoUnits } from "../schema/quantity.js";
import type { Pod } from "./object-kinds.js";

interface Node extends ApiObject {
  spec?: { unschedulable?: boolean; taints?: Taint[] };
  status?: { allocatable?: Record<string, string> };
}

interface Taint {
  key: string;
  value?: string;
  effect: string;
}

interface NodeSelectorTerm {
  matchExpressions?: { key: string; operator: string; values?: string[] }[];
  matchFields?: { key: string; operator: string; values?: string[] }[];
}

interface Toleration {
  key?: string;
  operator?: string;
  value?: string;
  effect?: string;
}

/** What `kubectl cordon` amounts to. */
const CORDONED: Taint = { key: "node.kubernetes.io/unschedulable", effect: "NoSchedule" };

/** Why the pod cannot run on the node, in the scheduler's words; `undefined` when it can. */
export function misfit(pod: Pod, node: ApiObject, neighbours: ReadonlyMap<string, Pod>): string | undefined {
  const { spec, status, metadata } = node as Node;
  const tolerations = (pod.spec["tolerations"] ?? []) as Toleration[];
  const isTolerated = (taint: Taint) => tolerations.some((toleration) => tolerates(toleration, taint));
  if (spec?.unschedulable === true && !isTolerated(CORDONED)) return "node(s) were unschedulable";
  if (!matchesSelectors(pod, metadata)) {
    return "node(s) didn't match Pod's node affinity/selector";
  }
  const repelling = (spec?.taints ?? []).filter(({ effect }) => effect !== "PreferNoSchedule");
  if (!repelling.every(isTolerated)) return "node(s) had untolerated taint(s)";
  const allocatable = status?.allocatable ?? {};
  if (neighbours.size >= Number(allocatable["pods"] ?? Infinity)) return "Too many pods";
  const short = ["cpu", "memory"].find((name) => {
    const limit = allocatable[name];
    if (sumOfRequests([pod], name) === 0n) return false;
    return limit !== undefined && sumOfRequests([...neighbours.values(), pod], name) > nanoUnits(limit);
  });
  return short === undefined ? undefined : `Insufficient ${short}`;
}

function matchesSelectors(pod: Pod, { name = "", labels = {} }: ObjectMeta): boolean {
  const selector = Object.entries(pod.spec.nodeSelector ?? {});
  if (!selector.every(([key, value]) => labels[key] === value)) return false;
  const path = "affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms";
  const terms = valueAt(pod.spec, path) as NodeSelectorTerm[] | undefined;
  if (terms === undefined) return true;
  return terms.some(({ matchExpressions = [], matchFields = [] }) => {
    const isLabelled = labelSelectorMatcher({ matchExpressions })(labels);
    return isLabelled && labelSelectorMatcher({ matchExpressions: matchFields })({ "metadata.name": name });
  });
}

function tolerates(
  { key = "", operator = "Equal", value = "", effect = "" }: Toleration,
  taint: Taint,
): boolean {
  if (effect !== "" && effect !== taint.effect) return false;
  if (key === "") return operator === "Exists";
  if (key !== taint.key) return false;
  return operator === "Exists" || value === (taint.value ?? "");
}

function sumOfRequests(pods: Pod[], resource: string): bigint {
  const requests = pods.flatMap((pod) =>
    pod.spec.containers.map(({ resources }) => resources?.requests?.[resource]),
  );
  return requests.reduce((sum, request) => sum + (request === undefined ? 0n : nanoUnits(request)), 0n);
}
