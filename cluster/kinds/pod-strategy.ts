import { isDeepStrictEqual } from "node:util";
import type { JsonObject } from "../api/field-access.js";
import { isRecord, recordAt, recordsAt, valueAt } from "../api/field-access.js";
import type { ApiObject } from "../api/object.js";
import type { FieldErrors } from "../validation/field-errors.js";
import { validatePodSpec } from "./pod-validation.js";

const UPDATE_TEXT =
  "pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)";

const GATED = {
  type: "PodScheduled",
  status: "False",
  reason: "SchedulingGated",
  message: "Scheduling is blocked due to non-empty scheduling gates",
  lastProbeTime: null,
  lastTransitionTime: null,
};

/** A new pod is pending and knows its class of service, and whether a gate keeps it from being scheduled. */
export function prepareNewPod(pod: ApiObject): void {
  const isGated = recordsAt(pod, "spec.schedulingGates").length > 0;
  const conditions = isGated ? { conditions: [{ ...GATED }] } : {};
  pod["status"] = { phase: "Pending", qosClass: qosClassOf(pod), ...conditions };
}

export function validatePod(pod: ApiObject, errors: FieldErrors): void {
  const spec = recordAt(pod, "spec");
  if (spec === undefined) errors.required("spec.containers");
  else validatePodSpec(spec, "spec", errors);
}

export function validatePodUpdate(
  pod: ApiObject,
  old: ApiObject,
  errors: FieldErrors,
  subresource?: string,
): void {
  // The subresources change just what the plain way may not.
  if (subresource !== undefined) return;
  if (!isDeepStrictEqual(fixedSpec(pod["spec"]), fixedSpec(old["spec"])))
    errors.forbidden("spec", UPDATE_TEXT);
}

/** The part of a pod's spec that stays as created. */
function fixedSpec(spec: unknown): unknown {
  if (!isRecord(spec)) return spec;
  const fixed: JsonObject = { ...spec };
  for (const list of ["containers", "initContainers"]) {
    if (fixed[list] === undefined) continue;
    fixed[list] = recordsAt(spec, list).map(({ image: _image, ...rest }) => rest);
  }
  for (const field of [
    "activeDeadlineSeconds",
    "tolerations",
    "terminationGracePeriodSeconds",
    "schedulingGates",
  ]) {
    delete fixed[field];
  }
  return fixed;
}

/** Guaranteed where limits and requests of CPU and memory are equal everywhere, BestEffort where there are none. */
export function qosClassOf(pod: ApiObject): string {
  const containers = [...recordsAt(pod, "spec.containers"), ...recordsAt(pod, "spec.initContainers")];
  if (!containers.some(hasResources)) return "BestEffort";
  const isGuaranteed = containers.every((container) =>
    ["cpu", "memory"].every((name) => {
      const limit = valueAt(container, `resources.limits.${name}`);
      return limit !== undefined && limit === (valueAt(container, `resources.requests.${name}`) ?? limit);
    }),
  );
  return isGuaranteed ? "Guaranteed" : "Burstable";
}

function hasResources(container: JsonObject): boolean {
  const lists = [recordAt(container, "resources.limits"), recordAt(container, "resources.requests")];
  return lists.some((list) => Object.keys(list ?? {}).length > 0);
}
