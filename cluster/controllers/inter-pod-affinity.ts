import { recordsAt, textAt, valueAt } from "../api/field-access.js";
import type { JsonObject } from "../api/field-access.js";
import type { ApiObject } from "../api/object.js";
import { labelSelectorMatcher } from "../selector/label-selector.js";
import type { Misfit } from "./node-fit.js";
import { namespaceOf } from "./object-keys.js";
import type { LabelSelector, Pod } from "./object-kinds.js";
import type { PlacedPods } from "./placed-pods.js";

type Side = "podAffinity" | "podAntiAffinity";

/** The terms of a pod that must hold when it is placed. */
export function requiredTerms(pod: Pod, side: Side): JsonObject[] {
  return recordsAt(pod.spec, `affinity.${side}.requiredDuringSchedulingIgnoredDuringExecution`);
}

/** Why the pods placed so far keep this one off the node; `undefined` when they do not. */
export function affinityMisfit(pod: Pod, node: ApiObject, placed: PlacedPods): Misfit | undefined {
  const labels = node.metadata.labels ?? {};
  if (!hasItsNeighbours(pod, labels, placed)) {
    return { reasons: ["node(s) didn't match pod affinity rules"], isHelpedByPreemption: false };
  }
  if (requiredTerms(pod, "podAntiAffinity").some((term) => isNear(pod, term, labels, placed))) {
    return { reasons: ["node(s) didn't match pod anti-affinity rules"], isHelpedByPreemption: true };
  }
  for (const other of placed.keepingAway()) {
    const place = placed.labelsOfNode(other.spec.nodeName ?? "");
    const isKept = requiredTerms(other, "podAntiAffinity").some(
      (term) => matchesTerm(other, term, pod) && isSamePlace(term, place, labels),
    );
    if (!isKept) continue;
    const reason = "node(s) didn't satisfy existing pods anti-affinity rules";
    return { reasons: [reason], isHelpedByPreemption: true };
  }
  return undefined;
}

/** The first pod of a group that wants to be with its own may go anywhere. */
function hasItsNeighbours(pod: Pod, labels: Record<string, string>, placed: PlacedPods): boolean {
  const terms = requiredTerms(pod, "podAffinity");
  if (terms.length === 0) return true;
  if (terms.every((term) => isNear(pod, term, labels, placed))) return true;
  const isAlone = terms.every((term) => !placed.all().some((other) => matchesTerm(pod, term, other)));
  return isAlone && terms.every((term) => matchesTerm(pod, term, pod));
}

function isNear(pod: Pod, term: JsonObject, labels: Record<string, string>, placed: PlacedPods): boolean {
  return placed
    .all()
    .some(
      (other) =>
        matchesTerm(pod, term, other) &&
        isSamePlace(term, placed.labelsOfNode(other.spec.nodeName ?? ""), labels),
    );
}

function isSamePlace(term: JsonObject, a: Record<string, string>, b: Record<string, string>): boolean {
  const key = textAt(term, "topologyKey");
  return Object.hasOwn(a, key) && Object.hasOwn(b, key) && a[key] === b[key];
}

/** Whether the term of `pod` speaks of `other`; without namespaces it speaks of the pod's own. */
function matchesTerm(pod: Pod, term: JsonObject, other: Pod): boolean {
  const selector = valueAt(term, "labelSelector") as LabelSelector | undefined;
  if (selector === undefined) return false;
  const { namespaces } = term;
  const names = Array.isArray(namespaces) && namespaces.length > 0 ? namespaces : [namespaceOf(pod)];
  const isEverywhere = valueAt(term, "namespaceSelector") !== undefined;
  if (!isEverywhere && !names.includes(namespaceOf(other))) return false;
  return labelSelectorMatcher(selector)(other.metadata.labels);
}
