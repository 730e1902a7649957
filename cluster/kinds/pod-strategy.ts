import { isDeepStrictEqual } from "node:util";
import type { JsonObject } from "../api/field-access.js";
import { asText, isRecord, numberAt, recordAt, recordsAt, textAt, valueAt } from "../api/field-access.js";
import type { ApiObject } from "../api/object.js";
import type { FieldErrors } from "../validation/field-errors.js";
import { isGated, validateGatedUpdate, withoutPlacement } from "./gated-pod.js";
import { validateProfileAnnotations } from "./profile-annotations.js";
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
  const conditions = isGated(pod) ? { conditions: [{ ...GATED }] } : {};
  pod["status"] = { phase: "Pending", qosClass: qosClassOf(pod), ...conditions };
}

export function validatePod(pod: ApiObject, errors: FieldErrors): void {
  const spec = recordAt(pod, "spec");
  if (spec === undefined) errors.required("spec.containers");
  else {
    validateAnnotations(pod, spec, errors);
    validatePodSpec(spec, "spec", errors);
  }
}

/** Adds what only a new pod may not have. */
export function validateNewPod(pod: ApiObject, errors: FieldErrors): void {
  if (recordsAt(pod, "spec.ephemeralContainers").length > 0)
    errors.forbidden("spec.ephemeralContainers", "cannot be set on create");
  if (isGated(pod) && textAt(pod, "spec.nodeName") !== "")
    errors.forbidden("spec.nodeName", "cannot be set until all schedulingGates have been cleared");
}

const MIRROR = "kubernetes.io/config.mirror";

function validateAnnotations({ metadata }: ApiObject, spec: JsonObject, errors: FieldErrors): void {
  const place = { spec, field: "metadata.annotations", path: "spec" };
  validateProfileAnnotations(metadata.annotations, place, errors);
  const mirror = metadata.annotations?.[MIRROR];
  if (mirror === undefined || asText(spec["nodeName"]) !== "") return;
  const why = "must set spec.nodeName if mirror pod annotation is set";
  errors.invalid(`metadata.annotations[${MIRROR}]`, mirror, why);
}

export function validatePodUpdate(
  pod: ApiObject,
  old: ApiObject,
  errors: FieldErrors,
  subresource?: string,
): void {
  if (subresource === "ephemeralcontainers") return validateEphemeralUpdate(pod, old, errors);
  if (subresource === "resize") return validateResize(pod, old, errors);
  // Other subresources change just what the plain way may not.
  if (subresource !== undefined) return;
  for (const list of ["containers", "initContainers"]) {
    if (recordsAt(pod, `spec.${list}`).length === recordsAt(old, `spec.${list}`).length) continue;
    return errors.forbidden(`spec.${list}`, "pod updates may not add or remove containers");
  }
  if (!validateDeadlineUpdate(pod, old, errors)) return;
  validateTolerationsUpdate(pod, old, errors);
  validateGatesUpdate(pod, old, errors);
  if (isGated(old)) validateGatedUpdate(pod, old, errors);
  if (!isDeepStrictEqual(fixedSpec(pod["spec"], pod, old), fixedSpec(old["spec"], pod, old)))
    errors.forbidden("spec", UPDATE_TEXT);
}

/** A deadline may come, or come nearer; false where nothing else is looked at. */
function validateDeadlineUpdate(pod: ApiObject, old: ApiObject, errors: FieldErrors): boolean {
  const field = "spec.activeDeadlineSeconds";
  const [wanted, before] = [valueAt(pod, field), valueAt(old, field)];
  if (typeof before !== "number") return true;
  if (typeof wanted !== "number") {
    errors.invalid(field, null, "must not update from a positive integer to nil value");
    return true;
  }
  if (wanted <= before) return true;
  errors.invalid(field, wanted, "must be less than or equal to previous value");
  return false;
}

function withoutSeconds({ tolerationSeconds: _seconds, ...toleration }: JsonObject): JsonObject {
  return toleration;
}

function validateTolerationsUpdate(pod: ApiObject, old: ApiObject, errors: FieldErrors): void {
  const wanted = recordsAt(pod, "spec.tolerations").map(withoutSeconds);
  const isKept = recordsAt(old, "spec.tolerations")
    .map(withoutSeconds)
    .every((toleration) => wanted.some((each) => isDeepStrictEqual(each, toleration)));
  if (!isKept)
    errors.forbidden(
      "spec.tolerations",
      "existing toleration can not be modified except its tolerationSeconds",
    );
}

function validateGatesUpdate(pod: ApiObject, old: ApiObject, errors: FieldErrors): void {
  const before = new Set(recordsAt(old, "spec.schedulingGates").map(({ name }) => name));
  recordsAt(pod, "spec.schedulingGates").forEach(({ name }, i) => {
    if (before.has(name)) return;
    const why = `only deletion is allowed, but found new scheduling gate '${asText(name)}'`;
    errors.forbidden(`spec.schedulingGates[${i}].name`, why);
  });
}

function validateEphemeralUpdate(pod: ApiObject, old: ApiObject, errors: FieldErrors): void {
  const field = "spec.ephemeralContainers";
  // One that is not right by itself is no change of another yet.
  if (!errors.isEmpty) return;
  const wanted = new Map(recordsAt(pod, field).map((container) => [container["name"], container]));
  for (const container of recordsAt(old, field)) {
    const now = wanted.get(container["name"]);
    if (isDeepStrictEqual(now, container)) continue;
    const change = now === undefined ? "removed" : "changed";
    errors.forbidden(
      field,
      `existing ephemeral containers ${JSON.stringify(container["name"])} may not be ${change}\n`,
    );
  }
}

/** The class decides who is ended first where memory runs out, and is told once. */
function validateResize(pod: ApiObject, old: ApiObject, errors: FieldErrors): void {
  const before = qosClassOf(old);
  const why = "Pod QOS Class may not change as a result of resizing";
  if (qosClassOf(pod) !== before) errors.invalid("spec", before, why);
}

/** The part of a pod's spec that stays as created, in one of the two pods that are compared. */
function fixedSpec(spec: unknown, pod: ApiObject, old: ApiObject): unknown {
  if (!isRecord(spec)) return spec;
  const fixed: JsonObject = { ...spec };
  for (const list of ["containers", "initContainers"]) {
    if (fixed[list] === undefined) continue;
    fixed[list] = recordsAt(spec, list).map(({ image: _image, ...rest }) => rest);
  }
  const grace = "spec.terminationGracePeriodSeconds";
  const isEnded = numberAt(old, grace) < 0 && numberAt(pod, grace) === 1;
  const free = ["activeDeadlineSeconds", "tolerations", "schedulingGates"];
  for (const field of isEnded ? [...free, "terminationGracePeriodSeconds"] : free) delete fixed[field];
  return isGated(old) ? withoutPlacement(fixed) : fixed;
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
  return lists.some((list) => ["cpu", "memory"].some((name) => list?.[name] !== undefined));
}
