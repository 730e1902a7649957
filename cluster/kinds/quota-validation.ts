import { asText, recordAt, recordsAt, valueAt } from "../api/field-access.js";
import type { ApiObject } from "../api/object.js";
import { compareQuantities, isQuantity, nanoUnits } from "../schema/quantity.js";
import type { FieldErrors } from "../validation/field-errors.js";
import { qualifiedName } from "../validation/names.js";

const WHOLE = 1_000_000_000n;
/** What a quota counts by a plain name, in whole numbers and in quantities. */
const COUNTED =
  /^(?:pods|services|replicationcontrollers|resourcequotas|secrets|configmaps|persistentvolumeclaims|services\.(?:loadbalancers|nodeports))$/;
const MEASURED =
  /^(?:cpu|memory|ephemeral-storage|storage|(?:requests|limits)\.(?:cpu|memory|ephemeral-storage|storage|hugepages-.+)|hugepages-.+)$/;
/** What a scope that chooses pods, or claims, can count. */
const POD_QUOTA = /^(?:pods|(?:(?:requests|limits)\.)?(?:cpu|memory))$/;
const CLAIM_QUOTA = /^(?:persistentvolumeclaims|requests\.storage)$/;
const SCOPES = [
  "Terminating",
  "NotTerminating",
  "BestEffort",
  "NotBestEffort",
  "PriorityClass",
  "CrossNamespacePodAffinity",
  "VolumeAttributesClass",
];

/** Adds what is wrong with a ResourceQuota. */
export function validateQuota(object: ApiObject, errors: FieldErrors): void {
  const hard = Object.entries(recordAt(object, "spec.hard") ?? {});
  for (const [name, value] of hard.toSorted(([a], [b]) => (a < b ? -1 : 1))) {
    const field = `spec.hard[${name}]`;
    for (const text of quotaName(name)) errors.invalid(field, name, text);
    if (!isQuantity(value)) continue;
    const text = asText(value);
    if (compareQuantities(text, "0") < 0) errors.invalid(field, text, "must be greater than or equal to 0");
    const isCounted = COUNTED.test(name) || name.startsWith("count/");
    if (isCounted && nanoUnits(text) % WHOLE !== 0n) errors.invalid(field, text, "must be an integer");
  }
  validateScopeSelector(object, errors);
  const scopes = valueAt(object, "spec.scopes");
  if (!Array.isArray(scopes)) return;
  for (const scope of scopes.map((each) => asText(each)))
    for (const why of scopeFaults(scope, Object.keys(recordAt(object, "spec.hard") ?? {})))
      errors.invalid("spec.scopes", scopes, why);
  const isConflicting = ["BestEffort", "Terminating"].some(
    (scope) => scopes.includes(scope) && scopes.includes(`Not${scope}`),
  );
  if (isConflicting) errors.invalid("spec.scopes", scopes, "conflicting scopes");
}

const PLAIN_SCOPES = SCOPES.filter((scope) => !["PriorityClass", "VolumeAttributesClass"].includes(scope));

function validateScopeSelector(object: ApiObject, errors: FieldErrors): void {
  const field = "spec.scopeSelector.matchExpressions";
  for (const { scopeName, operator, values } of recordsAt(object, field)) {
    const [scope, name] = [asText(scopeName), asText(operator)];
    const list = Array.isArray(values) ? values : [];
    if (!SCOPES.includes(scope)) errors.invalid(`${field}.scopeName`, scope, "unsupported scope");
    if (PLAIN_SCOPES.includes(scope) && name !== "Exists") {
      errors.invalid(
        `${field}.operator`,
        name,
        "must be 'Exists' when scope is any of ResourceQuotaScopeTerminating, ResourceQuotaScopeNotTerminating, ResourceQuotaScopeBestEffort, ResourceQuotaScopeNotBestEffort or ResourceQuotaScopeCrossNamespacePodAffinity",
      );
    }
    validateScopeValues(name, list, errors);
  }
}

function validateScopeValues(operator: string, values: unknown[], errors: FieldErrors): void {
  const field = "spec.scopeSelector.matchExpressions";
  if (operator === "In" || operator === "NotIn") {
    const why = "must be at least one value when `operator` is 'In' or 'NotIn' for scope selector";
    if (values.length === 0) errors.required(`${field}.values`, why);
  } else if (operator === "Exists" || operator === "DoesNotExist") {
    const why = "must be no value when `operator` is 'Exist' or 'DoesNotExist' for scope selector";
    if (values.length > 0) errors.invalid(`${field}.values`, values, why);
  } else errors.invalid(`${field}.operator`, operator, "not a valid selector operator");
}

/** What is wrong with a scope of a quota that counts the given. */
function scopeFaults(scope: string, counted: string[]): string[] {
  if (!SCOPES.includes(scope)) return ["unsupported scope"];
  const ofPods = scope === "BestEffort" ? /^pods$/ : POD_QUOTA;
  const right = scope === "VolumeAttributesClass" ? CLAIM_QUOTA : ofPods;
  return counted
    .filter((name) => COUNTED.test(name) || (MEASURED.test(name) && name !== "storage"))
    .filter((name) => !right.test(name))
    .map(() => "unsupported scope applied to resource");
}

function quotaName(name: string): string[] {
  if (COUNTED.test(name) || MEASURED.test(name)) return [];
  const problems = qualifiedName(name);
  if (problems.length > 0 || name.includes("/")) return problems;
  return ["must be a standard resource type or fully qualified", "must be a standard resource for quota"];
}
