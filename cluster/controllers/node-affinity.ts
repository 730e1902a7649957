import { valueAt } from "../api/field-access.js";
import type { ObjectMeta } from "../api/object.js";
import { labelSelectorMatcher } from "../selector/label-selector.js";
import type { Pod } from "./object-kinds.js";

/** What a node is chosen by, whether that is required or preferred. */
export interface NodeSelectorTerm {
  matchExpressions?: { key: string; operator: string; values?: string[] }[];
  matchFields?: { key: string; operator: string; values?: string[] }[];
}

/** Whether the node is one that the pod's selector and its required node affinity ask for. */
export function matchesNodeAffinity(pod: Pod, { name = "", labels = {} }: ObjectMeta): boolean {
  const selector = Object.entries(pod.spec.nodeSelector ?? {});
  if (!selector.every(([key, value]) => Object.hasOwn(labels, key) && labels[key] === value)) return false;
  const path = "affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms";
  const terms = valueAt(pod.spec, path) as NodeSelectorTerm[] | undefined;
  if (terms === undefined) return true;
  return terms.some((term) => matchesTerm(term, { name, labels }));
}

/** Whether labels and fields of a node are as the term asks. */
export function matchesTerm(
  { matchExpressions = [], matchFields = [] }: NodeSelectorTerm,
  { name = "", labels = {} }: ObjectMeta,
): boolean {
  const isLabelled = labelSelectorMatcher({ matchExpressions })(labels);
  return isLabelled && labelSelectorMatcher({ matchExpressions: matchFields })({ "metadata.name": name });
}
