import { recordsAt } from "../api/field-access.js";
import type { ApiObject } from "../api/object.js";
import type { NodeSelectorTerm } from "./node-affinity.js";
import { matchesTerm } from "./node-affinity.js";
import { nameOf } from "./object-keys.js";
import type { Pod } from "./object-kinds.js";
import { controllerOf } from "./owner-references.js";
import type { PlacedPods } from "./placed-pods.js";
import { isRepelled } from "./taints.js";
import type { Taint } from "./taints.js";

interface Preference {
  weight: number;
  preference: NodeSelectorTerm;
}

/**
 * The node that suits the pod best, of those it can run on: by its preferred node affinity, then by taints that it is preferred not to
 * stand, then where fewest pods of its controller are, then where fewest pods are. The first of equals. Source: what the scoring plugins
 * NodeAffinity, TaintToleration, PodTopologySpread and NodeResourcesBalancedAllocation of kube-scheduler come to for pods that ask for the same.
 */
export function preferredNode(
  pod: Pod,
  candidates: readonly ApiObject[],
  placed: PlacedPods,
): ApiObject | undefined {
  const [first, ...others] = candidates;
  if (first === undefined || others.length === 0) return first;
  const ranked = candidates.map((node) => ({ node, rank: rankOf(pod, node, placed) }));
  return ranked.toSorted((one, other) => compare(one.rank, other.rank))[0]?.node;
}

/** Less is better, the first number first. */
function rankOf(pod: Pod, node: ApiObject, placed: PlacedPods): number[] {
  const neighbours = [...placed.on(nameOf(node)).values()];
  const controller = controllerOf(pod)?.uid;
  const siblings = neighbours.filter((each) => controllerOf(each)?.uid === controller);
  return [
    -preferenceFor(pod, node),
    recordsAt(node, "spec.taints").filter((taint) => isUnwanted(pod, taint as unknown as Taint)).length,
    controller === undefined ? 0 : siblings.length,
    neighbours.length,
  ];
}

function preferenceFor(pod: Pod, { metadata }: ApiObject): number {
  const path = "affinity.nodeAffinity.preferredDuringSchedulingIgnoredDuringExecution";
  return (recordsAt(pod.spec, path) as unknown as Preference[])
    .filter(({ preference }) => matchesTerm(preference, metadata))
    .reduce((sum, { weight }) => sum + weight, 0);
}

function isUnwanted(pod: Pod, taint: Taint): boolean {
  return taint.effect === "PreferNoSchedule" && isRepelled(pod, taint);
}

function compare(one: readonly number[], other: readonly number[]): number {
  for (const [at, value] of one.entries()) {
    const difference = value - (other[at] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}
