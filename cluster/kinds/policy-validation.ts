import { numberAt, recordAt, valueAt } from "../api/field-access.js";
import type { ApiObject } from "../api/object.js";
import type { FieldErrors } from "../validation/field-errors.js";
import { notAboveAll, notNegative, validateCountOrPercent } from "./number-rules.js";
import { validateLabelSelector } from "./selector-validation.js";

const MAX_USER_PRIORITY = 1_000_000_000;
const SYSTEM_PRIORITIES: Record<string, number> = {
  "system-node-critical": 2_000_001_000,
  "system-cluster-critical": 2_000_000_000,
};
export function validateDisruptionBudget(object: ApiObject, errors: FieldErrors): void {
  const spec = recordAt(object, "spec") ?? {};
  const { minAvailable, maxUnavailable, selector, unhealthyPodEvictionPolicy } = spec;
  if (minAvailable !== undefined && maxUnavailable !== undefined) {
    const given = {
      MinAvailable: minAvailable,
      Selector: selector ?? null,
      MaxUnavailable: maxUnavailable,
      UnhealthyPodEvictionPolicy: unhealthyPodEvictionPolicy ?? null,
    };
    errors.invalid("spec", given, "minAvailable and maxUnavailable cannot be both set");
  }
  for (const [name, value] of Object.entries({ minAvailable, maxUnavailable })) {
    validateCountOrPercent(value, `spec.${name}`, errors);
    notAboveAll(value, `spec.${name}`, errors);
  }
  validateLabelSelector(selector, "spec.selector", errors);
}

export function validatePriorityClass(object: ApiObject, errors: FieldErrors): void {
  const name = object.metadata.name ?? "";
  const value = numberAt(object, "value");
  if (name.startsWith("system-")) {
    if (Object.hasOwn(SYSTEM_PRIORITIES, name) && SYSTEM_PRIORITIES[name] === value) return;
    const why = Object.hasOwn(SYSTEM_PRIORITIES, name)
      ? `value of ${name} PriorityClass must be ${SYSTEM_PRIORITIES[name] ?? 0}`
      : `${name} is not a known system priority class`;
    const subject = "priority class names with 'system-' prefix are reserved for system use only";
    errors.forbidden("metadata.name", `${subject}. error: ${why}`);
  } else if (value > MAX_USER_PRIORITY) {
    const why = `maximum allowed value of a user defined priority is ${MAX_USER_PRIORITY}`;
    errors.forbidden("value", why);
  }
}

export function validateLease(object: ApiObject, errors: FieldErrors): void {
  const seconds = valueAt(object, "spec.leaseDurationSeconds");
  if (typeof seconds === "number" && seconds <= 0)
    errors.invalid("spec.leaseDurationSeconds", seconds, "must be greater than 0");
  notNegative(valueAt(object, "spec.leaseTransitions"), "spec.leaseTransitions", errors);
}
