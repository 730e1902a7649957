import { isDeepStrictEqual } from "node:util";
import type { JsonObject } from "../api/field-access.js";
import { recordAt, recordsAt } from "../api/field-access.js";
import type { ApiObject } from "../api/object.js";
import type { FieldErrors } from "../validation/field-errors.js";

const TERMS = "requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms";

/** Whether a gate still keeps the pod from being scheduled, so that what says where it may run can be narrowed. */
export function isGated(pod: ApiObject): boolean {
  return recordsAt(pod, "spec.schedulingGates").length > 0;
}

/** What a change of a gated pod does other than to narrow the nodes it may run on. */
export function validateGatedUpdate(pod: ApiObject, old: ApiObject, errors: FieldErrors): void {
  const selector = recordAt(pod, "spec.nodeSelector") ?? {};
  const isKept = Object.entries(recordAt(old, "spec.nodeSelector") ?? {}).every(
    ([key, value]) => Object.hasOwn(selector, key) && selector[key] === value,
  );
  if (!isKept) {
    const why = "only additions to spec.nodeSelector are allowed (no mutations or deletions)";
    errors.invalid("spec.nodeSelector", selector, why);
  }
  validateTerms(pod, old, errors);
}

/** The spec without what of it a gated pod may change. */
export function withoutPlacement({ nodeSelector: _selector, affinity, ...spec }: JsonObject): JsonObject {
  const { nodeAffinity: _nodes, ...others } = recordAt({ affinity }, "affinity") ?? {};
  return Object.keys(others).length === 0 ? spec : { ...spec, affinity: others };
}

/** Terms are alternatives: another one would widen the choice, and one more requirement within each narrows it. */
function validateTerms(pod: ApiObject, old: ApiObject, errors: FieldErrors): void {
  const path = `spec.affinity.nodeAffinity.${TERMS}`;
  const [terms, before] = [recordsAt(pod, path), recordsAt(old, path)];
  if (before.length === 0) return;
  if (terms.length !== before.length) {
    errors.invalid(
      path,
      terms.map(goTerm),
      "no additions/deletions to non-empty NodeSelectorTerms list are allowed",
    );
    return;
  }
  terms.forEach((term, i) => {
    if (!isNarrower(term, before[i] ?? {}))
      errors.invalid(`${path}[${i}]`, goTerm(term), "only additions are allowed (no mutations or deletions)");
  });
}

/** A term as the API's own type has it, with every field. */
function goTerm(term: JsonObject): JsonObject {
  const requirements = (list: string): JsonObject[] | null => {
    const found = recordsAt(term, list);
    if (found.length === 0) return null;
    return found.map(({ key, operator, values }) => ({
      Key: key,
      Operator: operator,
      Values: values ?? null,
    }));
  };
  return { MatchExpressions: requirements("matchExpressions"), MatchFields: requirements("matchFields") };
}

function isNarrower(term: JsonObject, before: JsonObject): boolean {
  const lists = ["matchExpressions", "matchFields"];
  // A term without requirements is met by no node, and must not come to be met by some.
  if (lists.every((list) => recordsAt(before, list).length === 0)) return isDeepStrictEqual(term, before);
  return lists.every((list) => {
    const kept = recordsAt(before, list);
    return isDeepStrictEqual(recordsAt(term, list).slice(0, kept.length), kept);
  });
}
