import { asText, numberAt, recordsAt, valueAt } from "../api/field-access.js";
import type { JsonObject } from "../api/field-access.js";
import type { ApiObject } from "../api/object.js";
import { labelSelectorMatcher } from "../selector/label-selector.js";
import { matchesNodeAffinity } from "./node-affinity.js";
import type { Misfit } from "./node-fit.js";
import { nameOf, namespaceOf } from "./object-keys.js";
import type { LabelSelector, Pod } from "./object-kinds.js";
import type { PlacedPods } from "./placed-pods.js";
import { isRepelled, keepsAway } from "./taints.js";
import type { Taint } from "./taints.js";

const UNEVEN = "node(s) didn't match pod topology spread constraints";

/** Whether the pod must not be placed where it would make the spread over places too uneven. */
export function mustBeSpread(pod: Pod): boolean {
  return constraintsOf(pod).length > 0;
}

/** Why the pod may not be on the node by its `topologySpreadConstraints`, as kube-scheduler judges them; `undefined` where it may. */
export function spreadMisfit(pod: Pod, node: ApiObject, placed: PlacedPods): Misfit | undefined {
  const constraints = constraintsOf(pod);
  if (constraints.length === 0) return undefined;
  const nodes = placed
    .nodes()
    .filter((each) => constraints.every(({ key }) => placeOf(each, key) !== undefined));
  for (const constraint of constraints) {
    const place = placeOf(node, constraint.key);
    if (place === undefined)
      return { reasons: [`${UNEVEN} (missing required label)`], isHelpedByPreemption: false };
    const counts = countsByPlace(pod, constraint, nodes, placed);
    const fewest = counts.size < constraint.minDomains ? 0 : Math.min(...counts.values());
    const itself = constraint.matches(pod) ? 1 : 0;
    if ((counts.get(place) ?? 0) + itself - fewest > constraint.maxSkew)
      return { reasons: [UNEVEN], isHelpedByPreemption: true };
  }
  return undefined;
}

interface Constraint {
  key: string;
  maxSkew: number;
  minDomains: number;
  isOfAffinity: boolean;
  isOfTaints: boolean;
  matches: (pod: Pod) => boolean;
  /** Whether pods count at all: a selector that selects everything counts none. */
  counts: boolean;
}

function constraintsOf(pod: Pod): Constraint[] {
  return recordsAt(pod.spec, "topologySpreadConstraints")
    .filter(({ whenUnsatisfiable }) => whenUnsatisfiable === "DoNotSchedule")
    .map((constraint) => {
      const selector = selectorOf(constraint, pod);
      const matches = selector === undefined ? () => false : labelSelectorMatcher(selector);
      return {
        key: asText(constraint["topologyKey"]),
        maxSkew: numberAt(constraint, "maxSkew", 1),
        minDomains: numberAt(constraint, "minDomains", 1),
        isOfAffinity: constraint["nodeAffinityPolicy"] !== "Ignore",
        isOfTaints: constraint["nodeTaintsPolicy"] === "Honor",
        matches: ({ metadata }) => matches(metadata.labels),
        counts: !isEmpty(selector),
      };
    });
}

/** With `matchLabelKeys` only pods count that have the same values of these labels. */
function selectorOf(constraint: JsonObject, pod: Pod): LabelSelector | undefined {
  const selector = valueAt(constraint, "labelSelector") as LabelSelector | undefined;
  const keys = constraint["matchLabelKeys"];
  if (selector === undefined || !Array.isArray(keys)) return selector;
  const labels = pod.metadata.labels ?? {};
  const same = keys
    .map((key) => asText(key))
    .filter((key) => Object.hasOwn(labels, key))
    .map((key) => ({ key, operator: "In" as const, values: [labels[key] ?? ""] }));
  return { ...selector, matchExpressions: [...(selector.matchExpressions ?? []), ...same] };
}

function isEmpty(selector: LabelSelector | undefined): boolean {
  if (selector === undefined) return false;
  const { matchLabels = {}, matchExpressions = [] } = selector;
  return Object.keys(matchLabels).length === 0 && matchExpressions.length === 0;
}

function countsByPlace(
  pod: Pod,
  constraint: Constraint,
  nodes: readonly ApiObject[],
  placed: PlacedPods,
): Map<string, number> {
  const counts = new Map<string, number>();
  for (const node of nodes) {
    const place = placeOf(node, constraint.key);
    if (place === undefined || !isEligible(pod, constraint, node)) continue;
    const here = [...placed.on(nameOf(node)).values()].filter(
      (other) =>
        constraint.counts &&
        namespaceOf(other) === namespaceOf(pod) &&
        other.metadata.deletionTimestamp === undefined &&
        constraint.matches(other),
    );
    counts.set(place, (counts.get(place) ?? 0) + here.length);
  }
  return counts;
}

function isEligible(pod: Pod, { isOfAffinity, isOfTaints }: Constraint, node: ApiObject): boolean {
  if (isOfAffinity && !matchesNodeAffinity(pod, node.metadata)) return false;
  const taints = recordsAt(node, "spec.taints") as unknown as Taint[];
  return !isOfTaints || !taints.some((taint) => keepsAway(taint) && isRepelled(pod, taint));
}

function placeOf({ metadata }: ApiObject, key: string): string | undefined {
  const { labels = {} } = metadata;
  return Object.hasOwn(labels, key) ? labels[key] : undefined;
}
