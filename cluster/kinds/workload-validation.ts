import { isDeepStrictEqual } from "node:util";
import type { JsonObject } from "../api/field-access.js";
import { asText, isRecord, numberAt, recordAt, recordsAt, textAt, valueAt } from "../api/field-access.js";
import type { ApiObject } from "../api/object.js";
import { labelSelectorMatcher } from "../selector/label-selector.js";
import type { FieldErrors } from "../validation/field-errors.js";
import { isNothing, notAboveAll, notNegative, validateCountOrPercent } from "./number-rules.js";
import { validateClaimSpec } from "./storage-validation.js";
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
  const rolling = strategy?.["type"] === "RollingUpdate" ? recordAt(strategy, "rollingUpdate") : undefined;
  if (rolling !== undefined) validateRollingUpdate(rolling, errors);
  const deadline = numberAt(object, "spec.progressDeadlineSeconds");
  if (deadline > 0 && deadline <= numberAt(object, "spec.minReadySeconds")) {
    errors.invalid("spec.progressDeadlineSeconds", deadline, "must be greater than minReadySeconds");
  }
}

function validateRollingUpdate({ maxSurge, maxUnavailable }: JsonObject, errors: FieldErrors): void {
  const path = "spec.strategy.rollingUpdate";
  validateCountOrPercent(maxUnavailable, `${path}.maxUnavailable`, errors);
  validateCountOrPercent(maxSurge, `${path}.maxSurge`, errors);
  if (isNothing(maxUnavailable) && isNothing(maxSurge)) {
    errors.invalid(`${path}.maxUnavailable`, maxUnavailable, "may not be 0 when `maxSurge` is 0");
  }
  notAboveAll(maxUnavailable, `${path}.maxUnavailable`, errors);
}

export function validateReplicaSet(object: ApiObject, errors: FieldErrors): void {
  validateTemplated(object, errors, ["Always"]);
}

export function validateDaemonSet(object: ApiObject, errors: FieldErrors): void {
  validateTemplated(object, errors, ["Always"]);
  const { type, rollingUpdate } = recordAt(object, "spec.updateStrategy") ?? {};
  if (type !== "RollingUpdate" && type !== "OnDelete") {
    const given = { Type: type ?? "", RollingUpdate: rollingUpdate ?? null };
    errors.unsupported("spec.updateStrategy", given, ["RollingUpdate", "OnDelete"]);
  }
  const { maxSurge, maxUnavailable } = recordAt(object, "spec.updateStrategy.rollingUpdate") ?? {};
  const path = "spec.updateStrategy.rollingUpdate";
  validateCountOrPercent(maxUnavailable, `${path}.maxUnavailable`, errors);
  validateCountOrPercent(maxSurge, `${path}.maxSurge`, errors);
  if (type === "RollingUpdate" && isNothing(maxUnavailable) && isNothing(maxSurge))
    errors.required(`${path}.maxUnavailable`, "cannot be 0 when maxSurge is 0");
}

export function validateStatefulSet(object: ApiObject, errors: FieldErrors): void {
  const claims = recordsAt(object, "spec.volumeClaimTemplates").map((claim) =>
    textAt(claim, "metadata.name"),
  );
  validateTemplated(object, errors, ["Always"], claims);
  notNegativeAt(object, "spec.updateStrategy.rollingUpdate.partition", errors);
  const policy = valueAt(object, "spec.podManagementPolicy");
  if (policy !== "OrderedReady" && policy !== "Parallel") {
    errors.invalid("spec.podManagementPolicy", policy, "must be 'OrderedReady' or 'Parallel'");
  }
  for (const field of ["whenDeleted", "whenScaled"]) {
    const path = `spec.persistentVolumeClaimRetentionPolicy.${field}`;
    const kept = textAt(object, path);
    if (!CLAIM_RETENTIONS.includes(kept)) errors.unsupported(path, kept, CLAIM_RETENTIONS);
  }
  notNegativeAt(object, "spec.ordinals.start", errors);
  recordsAt(object, "spec.volumeClaimTemplates").forEach((claim, i) =>
    validateClaimSpec(recordAt(claim, "spec") ?? {}, `spec.volumeClaimTemplates[${i}].spec`, errors),
  );
}

export function validateJob(object: ApiObject, errors: FieldErrors): void {
  for (const field of [
    "parallelism",
    "completions",
    "activeDeadlineSeconds",
    "backoffLimit",
    "ttlSecondsAfterFinished",
  ]) {
    notNegativeAt(object, `spec.${field}`, errors);
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
  validateFailurePolicy(object, errors);
  validateJobSelector(object, errors);
}

function validateFailurePolicy(object: ApiObject, errors: FieldErrors): void {
  recordsAt(object, "spec.podFailurePolicy.rules").forEach((rule, i) => {
    const at = `spec.podFailurePolicy.rules[${i}]`;
    const codes = recordAt(rule, "onExitCodes");
    const conditions = recordsAt(rule, "onPodConditions");
    if (codes === undefined && conditions.length === 0)
      errors.invalidUnshown(at, "specifying one of OnExitCodes and OnPodConditions is required");
    if (codes !== undefined && conditions.length > 0)
      errors.invalidUnshown(at, "specifying both OnExitCodes and OnPodConditions is not supported");
    const values = Array.isArray(codes?.["values"]) ? codes["values"] : [];
    values.forEach((value: unknown, j) => {
      if (value === 0 && codes?.["operator"] === "In")
        errors.invalid(`${at}.onExitCodes.values[${j}]`, 0, "must not be 0 for the In operator");
    });
  });
}

/** A Job selects by its own uid, unless it says that it does otherwise by hand. */
function validateJobSelector(object: ApiObject, errors: FieldErrors): void {
  const selector = recordAt(object, "spec.selector");
  const labels = recordAt(object, "spec.template.metadata.labels") as Record<string, string> | undefined;
  if (selector === undefined || valueAt(object, "spec.manualSelector") === true) return;
  const own = { matchLabels: { "batch.kubernetes.io/controller-uid": object.metadata.uid } };
  const before = { matchLabels: { "controller-uid": object.metadata.uid } };
  if (![own, before].some((each) => isDeepStrictEqual(selector, each))) {
    errors.invalid("spec.selector", selector, "`selector` not auto-generated");
  }
  if (!labelSelectorMatcher(selector)(labels)) {
    errors.invalid("spec.template.metadata.labels", labels, "`selector` does not match template `labels`");
  }
}

export function validateJobUpdate(object: ApiObject, old: ApiObject, errors: FieldErrors): void {
  for (const field of ["spec.completions", "spec.selector", "spec.template", "spec.completionMode"]) {
    if (field === "spec.template" && valueAt(old, "spec.suspend") === true) continue;
    unchanged(object, old, field, errors);
  }
}

export function validateSelectorUnchanged(object: ApiObject, old: ApiObject, errors: FieldErrors): void {
  unchanged(object, old, "spec.selector", errors);
}

const CLAIM_RETENTIONS = ["Retain", "Delete"];
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

function notNegativeAt(object: ApiObject, path: string, errors: FieldErrors): void {
  notNegative(valueAt(object, path), path, errors);
}

const SELECTOR_OPERATORS = ["In", "NotIn", "Exists", "DoesNotExist"];

/** Adds what is wrong with the expressions of a selector; returns whether anything is. */
function validateSelector(selector: JsonObject | undefined, path: string, errors: FieldErrors): boolean {
  let isWrong = false;
  recordsAt(selector, "matchExpressions").forEach(({ operator }, i) => {
    if (SELECTOR_OPERATORS.includes(asText(operator))) return;
    isWrong = true;
    const field = `${path}.matchExpressions[${i}].operator`;
    errors.invalid(field, asText(operator), "not a valid selector operator");
  });
  return isWrong;
}

/** The rules of everything with a selector and a pod template. */
function validateTemplated(
  object: ApiObject,
  errors: FieldErrors,
  restartPolicies: string[],
  claims: string[] = [],
): void {
  for (const field of ["replicas", "minReadySeconds", "revisionHistoryLimit", "progressDeadlineSeconds"]) {
    notNegativeAt(object, `spec.${field}`, errors);
  }
  const selector = recordAt(object, "spec.selector");
  const labels = recordAt(object, "spec.template.metadata.labels");
  if (selector === undefined) errors.required("spec.selector");
  else if (Object.keys(selector).length === 0) {
    errors.invalid("spec.selector", selector, `empty selector is invalid for ${object.kind.toLowerCase()}`);
  }
  if (validateSelector(selector, "spec.selector", errors)) {
    errors.invalid("spec.selector", selector, "invalid label selector");
  } else if (!labelSelectorMatcher(selector)(labels as Record<string, string> | undefined)) {
    errors.invalid("spec.template.metadata.labels", labels, "`selector` does not match template `labels`");
  }
  const podSpec = recordAt(object, "spec.template.spec");
  if (podSpec === undefined) return errors.required("spec.template.spec.containers");
  validatePodSpec(podSpec, "spec.template.spec", errors, claims);
  const policy = asText(podSpec["restartPolicy"]);
  if (podSpec["activeDeadlineSeconds"] !== undefined) {
    const why = "activeDeadlineSeconds in ReplicaSet is not Supported";
    errors.forbidden("spec.template.spec.activeDeadlineSeconds", why);
  }
  if (["OnFailure", "Never"].includes(policy) && !restartPolicies.includes(policy)) {
    errors.unsupported("spec.template.spec.restartPolicy", policy, restartPolicies);
  }
}
