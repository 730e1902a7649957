import { isDeepStrictEqual } from "node:util";
import { asText, isRecord, recordAt, recordsAt, textAt, valueAt } from "../api/field-access.js";
import type { ApiObject } from "../api/object.js";
import { labelSelectorMatcher } from "../selector/label-selector.js";
import type { FieldErrors } from "../validation/field-errors.js";
import { validatePodSpec } from "./pod-validation.js";

export const IMMUTABLE = "field is immutable";

export function validateDeployment(object: ApiObject, errors: FieldErrors): void {
  validateTemplated(object, errors, ["Always"]);
  const strategy = recordAt(object, "spec.strategy");
  const type = asText(strategy?.["type"]);
  if (!["Recreate", "RollingUpdate"].includes(type)) {
    const given = { Type: type, RollingUpdate: strategy?.["rollingUpdate"] ?? null };
    errors.unsupported("spec.strategy", given, ["Recreate", "RollingUpdate"]);
  }
  if (strategy?.["type"] === "Recreate" && strategy["rollingUpdate"] !== undefined) {
    errors.forbidden(
      "spec.strategy.rollingUpdate",
      "may not be specified when strategy `type` is 'Recreate'",
    );
  }
}

export function validateReplicaSet(object: ApiObject, errors: FieldErrors): void {
  validateTemplated(object, errors, ["Always"]);
}

export function validateDaemonSet(object: ApiObject, errors: FieldErrors): void {
  validateTemplated(object, errors, ["Always"]);
}

export function validateStatefulSet(object: ApiObject, errors: FieldErrors): void {
  const claims = recordsAt(object, "spec.volumeClaimTemplates").map((claim) =>
    textAt(claim, "metadata.name"),
  );
  validateTemplated(object, errors, ["Always"], claims);
}

export function validateJob(object: ApiObject, errors: FieldErrors): void {
  for (const field of ["parallelism", "completions", "backoffLimit", "ttlSecondsAfterFinished"]) {
    notNegative(object, `spec.${field}`, errors);
  }
  const template = recordAt(object, "spec.template.spec");
  if (template === undefined) return errors.required("spec.template.spec.containers");
  const policy = template["restartPolicy"];
  if (policy === "Always") {
    errors.required("spec.template.spec.restartPolicy", 'valid values: "OnFailure", "Never"');
  } else if (policy !== "OnFailure" && policy !== "Never") {
    errors.unsupported("spec.template.spec.restartPolicy", policy, ["OnFailure", "Never"]);
  }
  validatePodSpec(template, "spec.template.spec", errors);
}

export function validateJobUpdate(object: ApiObject, old: ApiObject, errors: FieldErrors): void {
  for (const field of ["spec.completions", "spec.selector", "spec.template", "spec.completionMode"]) {
    if (field === "spec.template" && valueAt(old, "spec.suspend") === true) continue;
    unchanged(object, old, field, errors);
  }
}

export function validateCronJob(object: ApiObject, errors: FieldErrors): void {
  const schedule = asText(valueAt(object, "spec.schedule"));
  const fields = schedule.split(/\s+/).filter(Boolean);
  if (schedule === "") errors.required("spec.schedule");
  else if (!schedule.startsWith("@") && fields.length !== 5) {
    const why = `expected exactly 5 fields, found ${fields.length}: [${fields.join(" ")}]`;
    errors.invalid("spec.schedule", schedule, why);
  }
}

export function validateSelectorUnchanged(object: ApiObject, old: ApiObject, errors: FieldErrors): void {
  unchanged(object, old, "spec.selector", errors);
}

const STATEFUL_SET_MUTABLE = [
  "replicas",
  "ordinals",
  "template",
  "updateStrategy",
  "revisionHistoryLimit",
  "persistentVolumeClaimRetentionPolicy",
  "minReadySeconds",
];

export function validateStatefulSetUpdate(object: ApiObject, old: ApiObject, errors: FieldErrors): void {
  const fixed = (spec: unknown): unknown =>
    isRecord(spec)
      ? Object.fromEntries(Object.entries(spec).filter(([key]) => !STATEFUL_SET_MUTABLE.includes(key)))
      : spec;
  if (isDeepStrictEqual(fixed(object["spec"]), fixed(old["spec"]))) return;
  const names = STATEFUL_SET_MUTABLE.map((name) => `'${name}'`);
  const list = `${names.slice(0, -1).join(", ")} and ${names.at(-1) ?? ""}`;
  errors.forbidden("spec", `updates to statefulset spec for fields other than ${list} are forbidden`);
}

/** Adds an error when the field at `path` differs from the stored one. */
export function unchanged(object: ApiObject, old: ApiObject, path: string, errors: FieldErrors): void {
  const value = valueAt(object, path);
  if (!isDeepStrictEqual(value, valueAt(old, path))) errors.invalid(path, value, IMMUTABLE);
}

export function notNegative(object: ApiObject, path: string, errors: FieldErrors): void {
  const value = valueAt(object, path);
  if (typeof value === "number" && value < 0)
    errors.invalid(path, value, "must be greater than or equal to 0");
}

/** The rules of everything with a selector and a pod template. */
function validateTemplated(
  object: ApiObject,
  errors: FieldErrors,
  restartPolicies: string[],
  claims: string[] = [],
): void {
  for (const field of ["replicas", "minReadySeconds", "revisionHistoryLimit", "progressDeadlineSeconds"]) {
    notNegative(object, `spec.${field}`, errors);
  }
  const selector = recordAt(object, "spec.selector");
  const labels = recordAt(object, "spec.template.metadata.labels");
  if (selector === undefined) errors.required("spec.selector");
  else if (Object.keys(selector).length === 0) {
    errors.invalid("spec.selector", selector, `empty selector is invalid for ${object.kind.toLowerCase()}`);
  }
  if (!labelSelectorMatcher(selector)(labels as Record<string, string> | undefined)) {
    errors.invalid("spec.template.metadata.labels", labels, "`selector` does not match template `labels`");
  }
  const podSpec = recordAt(object, "spec.template.spec");
  if (podSpec === undefined) return errors.required("spec.template.spec.containers");
  validatePodSpec(podSpec, "spec.template.spec", errors, claims);
  const policy = asText(podSpec["restartPolicy"]);
  if (["OnFailure", "Never"].includes(policy) && !restartPolicies.includes(policy)) {
    errors.unsupported("spec.template.spec.restartPolicy", policy, restartPolicies);
  }
}
