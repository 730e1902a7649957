import type { JsonObject } from "../api/field-access.js";
import { asText, isRecord, numberAt, recordAt, recordsAt, textAt, valueAt } from "../api/field-access.js";
import type { ApiObject } from "../api/object.js";
import { compareQuantities, isQuantity, nanoUnits } from "../schema/quantity.js";
import type { FieldErrors } from "../validation/field-errors.js";
import { validateLabels } from "../validation/metadata.js";
import { qualifiedName } from "../validation/names.js";
import { notAboveAll, validateCountOrPercent } from "./number-rules.js";

const MAX_USER_PRIORITY = 1_000_000_000;
const SYSTEM_PRIORITIES: Record<string, number> = {
  "system-node-critical": 2_000_001_000,
  "system-cluster-critical": 2_000_000_000,
};
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
  const labels = recordAt(spec, "selector.matchLabels") as Record<string, string> | undefined;
  validateLabels(labels, "spec.selector.matchLabels", errors);
}

export function validateAutoscaler(object: ApiObject, errors: FieldErrors): void {
  const min = valueAt(object, "spec.minReplicas");
  const max = numberAt(object, "spec.maxReplicas");
  if (typeof min === "number" && min < 1)
    errors.invalid("spec.minReplicas", min, "must be greater than or equal to 1");
  if (max < 1) errors.invalid("spec.maxReplicas", max, "must be greater than 0");
  if (typeof min === "number" && max < min)
    errors.invalid("spec.maxReplicas", max, "must be greater than or equal to `minReplicas`");
  const target = "spec.scaleTargetRef.apiVersion";
  if (
    !textAt(object, target).includes("/") &&
    textAt(object, "spec.scaleTargetRef.kind") !== "ReplicationController"
  )
    errors.invalid(target, textAt(object, target), "apiVersion must specify API group");
  recordsAt(object, "spec.metrics").forEach((metric, i) =>
    validateMetric(metric, `spec.metrics[${i}]`, errors),
  );
}

function validateMetric(metric: JsonObject, field: string, errors: FieldErrors): void {
  const type = asText(metric["type"]);
  const source = type.charAt(0).toLowerCase() + type.slice(1);
  if (type === "") return;
  if (!isRecord(metric[source])) {
    return errors.required(`${field}.${source}`, "must populate information for the given metric source");
  }
  const utilization = valueAt(metric, `${source}.target.averageUtilization`);
  if (typeof utilization !== "number" || utilization >= 1) return;
  errors.invalid(`${field}.${source}.target.averageUtilization`, utilization, "must be greater than 0");
}

export function validateLimitRange(object: ApiObject, errors: FieldErrors): void {
  const types = new Set<string>();
  recordsAt(object, "spec.limits").forEach((item, i) => {
    const field = `spec.limits[${i}]`;
    const type = asText(item["type"]);
    if (types.has(type)) errors.duplicate(`${field}.type`, type);
    types.add(type);
    if (type === "Pod") {
      for (const name of ["default", "defaultRequest"])
        if (Object.keys(recordAt(item, name) ?? {}).length > 0)
          errors.forbidden(`${field}.${name}`, "may not be specified when `type` is 'Pod'");
    } else validateLimits(item, field, errors);
  });
}

/** Per resource: no minimum above a default or maximum, no default above a maximum. */
function validateLimits(item: JsonObject, field: string, errors: FieldErrors): void {
  const lists = ["min", "max", "defaultRequest", "default"];
  const names = new Set(lists.flatMap((list) => Object.keys(recordAt(item, list) ?? {})));
  for (const name of [...names].toSorted((a, b) => (a < b ? -1 : 1))) {
    const [min, max, request, limit] = lists.map((list) => {
      const values = recordAt(item, list) ?? {};
      return Object.hasOwn(values, name) ? asText(values[name]) : undefined;
    });
    const check = (
      [low, lowName]: [string | undefined, string],
      [high, highName]: [string | undefined, string],
      [list, shown]: [string, string | undefined],
    ): void => {
      if (low === undefined || high === undefined || compareQuantities(low, high) <= 0) return;
      const why = `${lowName} value ${low} is greater than ${highName} value ${high}`;
      errors.invalid(`${field}.${list}[${name}]`, shown, why);
    };
    check([min, "min"], [max, "max"], ["min", min]);
    check([min, "min"], [request, "default request"], ["defaultRequest", request]);
    check([request, "default request"], [max, "max"], ["defaultRequest", request]);
    check([request, "default request"], [limit, "default limit"], ["defaultRequest", request]);
    check([min, "min"], [limit, "default"], ["default", min]);
    check([limit, "default"], [max, "max"], ["default", max]);
  }
}

export function validateQuota(object: ApiObject, errors: FieldErrors): void {
  for (const [name, value] of Object.entries(recordAt(object, "spec.hard") ?? {})) {
    const field = `spec.hard[${name}]`;
    for (const text of quotaName(name)) errors.invalid(field, name, text);
    if (!isQuantity(value)) continue;
    const text = asText(value);
    if (compareQuantities(text, "0") < 0) errors.invalid(field, text, "must be greater than or equal to 0");
    const isCounted = COUNTED.test(name) || name.startsWith("count/");
    if (isCounted && nanoUnits(text) % WHOLE !== 0n) errors.invalid(field, text, "must be an integer");
  }
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
}
