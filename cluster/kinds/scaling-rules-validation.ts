import type { JsonObject } from "../api/field-access.js";
import { asText, numberAt, recordsAt } from "../api/field-access.js";
import type { FieldErrors } from "../validation/field-errors.js";

const SELECT_POLICIES = ["Disabled", "Max", "Min"];
const POLICY_TYPES = ["Percent", "Pods"];
const MAX_WINDOW_SECONDS = 3600;
const MAX_PERIOD_SECONDS = 1800;

/** Adds what is wrong with how fast an autoscaler may scale in one direction. */
export function validateScalingRules(rules: JsonObject, field: string, errors: FieldErrors): void {
  const { stabilizationWindowSeconds: seconds, selectPolicy, tolerance } = rules;
  if (typeof seconds === "number") {
    const at = `${field}.stabilizationWindowSeconds`;
    if (seconds < 0) errors.invalid(at, seconds, "must be greater than or equal to zero");
    if (seconds > MAX_WINDOW_SECONDS)
      errors.invalid(at, seconds, `must be less than or equal to ${MAX_WINDOW_SECONDS}`);
  }
  if (selectPolicy !== undefined && !SELECT_POLICIES.includes(asText(selectPolicy)))
    errors.unsupported(`${field}.selectPolicy`, selectPolicy, SELECT_POLICIES);
  const policies = recordsAt(rules, "policies");
  if (policies.length === 0) errors.required(`${field}.policies`, "must specify at least one Policy");
  policies.forEach((policy, i) => validatePolicy(policy, `${field}.policies[${i}]`, errors));
  if (asText(tolerance).startsWith("-"))
    errors.invalid(`${field}.tolerance`, asText(tolerance), "must be greater than or equal to 0");
}

function validatePolicy(policy: JsonObject, field: string, errors: FieldErrors): void {
  const type = asText(policy["type"]);
  if (!POLICY_TYPES.includes(type)) errors.unsupported(`${field}.type`, type, POLICY_TYPES);
  for (const name of ["value", "periodSeconds"]) {
    const value = numberAt(policy, name);
    if (value <= 0) errors.invalid(`${field}.${name}`, value, "must be greater than zero");
  }
  const seconds = numberAt(policy, "periodSeconds");
  if (seconds > MAX_PERIOD_SECONDS)
    errors.invalid(`${field}.periodSeconds`, seconds, `must be less than or equal to ${MAX_PERIOD_SECONDS}`);
}
