import type { JsonObject } from "../api/field-access.js";
import { asText, isRecord, numberAt, recordAt, recordsAt, textAt, valueAt } from "../api/field-access.js";
import type { ApiObject } from "../api/object.js";
import { compareQuantities, isQuantity } from "../schema/quantity.js";
import type { FieldErrors } from "../validation/field-errors.js";
import { dnsLabel, pathSegment } from "../validation/names.js";
import { validateScalingRules } from "./scaling-rules-validation.js";

/** In the order the API looks at them. */
const SOURCES = ["object", "external", "pods", "resource", "containerResource"];
const TYPES = ["ContainerResource", "External", "Object", "Pods", "Resource"];
const TARGETS = ["Utilization", "Value", "AverageValue"];

/** Adds what is wrong with a HorizontalPodAutoscaler. */
export function validateAutoscaler(object: ApiObject, errors: FieldErrors): void {
  const min = valueAt(object, "spec.minReplicas");
  const max = numberAt(object, "spec.maxReplicas");
  if (typeof min === "number" && min < 1)
    errors.invalid("spec.minReplicas", min, "must be greater than or equal to 1");
  if (max < 1) errors.invalid("spec.maxReplicas", max, "must be greater than 0");
  if (typeof min === "number" && max < min)
    errors.invalid("spec.maxReplicas", max, "must be greater than or equal to `minReplicas`");
  validateTarget(object, "spec.scaleTargetRef", errors);
  const metrics = recordsAt(object, "spec.metrics");
  metrics.forEach((metric, i) => validateMetric(metric, `spec.metrics[${i}]`, errors));
  const isOfOthers = metrics.some(({ type }) => type === "Object" || type === "External");
  if (min === 0 && !isOfOthers) {
    const why = "must specify at least one Object or External metric to support scaling to zero replicas";
    errors.forbidden("spec.metrics", why);
  }
  for (const direction of ["scaleUp", "scaleDown"]) {
    const rules = recordAt(object, `spec.behavior.${direction}`);
    if (rules !== undefined) validateScalingRules(rules, `spec.behavior.${direction}`, errors);
  }
}

function validateTarget(object: ApiObject, path: string, errors: FieldErrors): void {
  for (const field of ["kind", "name"]) {
    const value = textAt(object, `${path}.${field}`);
    for (const text of pathSegment(value)) errors.invalid(`${path}.${field}`, value, text);
  }
  const version = textAt(object, `${path}.apiVersion`);
  if (version.includes("/") || textAt(object, `${path}.kind`) === "ReplicationController") return;
  errors.invalid(`${path}.apiVersion`, version, "apiVersion must specify API group");
}

function validateMetric(metric: JsonObject, field: string, errors: FieldErrors): void {
  const type = asText(metric["type"]);
  if (type === "") errors.required(`${field}.type`, "must specify a metric source type");
  const isKnown = TYPES.includes(type);
  if (!isKnown) errors.unsupported(`${field}.type`, type, TYPES);
  const present = SOURCES.filter((name) => isRecord(metric[name]));
  const [first] = present;
  if (first !== undefined)
    validateSource(recordAt(metric, first) ?? {}, { field: `${field}.${first}`, name: first }, errors);
  const expected = type.charAt(0).toLowerCase() + type.slice(1);
  if (!isKnown) errors.unsupported(`${field}.type`, type, TYPES);
  else if (!present.includes(expected))
    errors.required(`${field}.${expected}`, "must populate information for the given metric source");
  if (present.length === 1) return;
  for (const name of present.filter((each) => each !== expected))
    errors.forbidden(`${field}.${name}`, "must populate the given metric source only");
}

function validateSource(
  source: JsonObject,
  { field, name }: { field: string; name: string },
  errors: FieldErrors,
): void {
  const isResource = name === "resource" || name === "containerResource";
  if (isResource) {
    if (asText(source["name"]) === "") errors.required(`${field}.name`, "must specify a resource name");
  } else validateMetricName(source, field, errors);
  if (name === "containerResource") {
    const container = asText(source["container"]);
    if (container === "") errors.required(`${field}.container`, "must specify a container");
    else for (const text of dnsLabel(container)) errors.invalid(`${field}.container`, container, text);
  }
  const target = recordAt(source, "target") ?? {};
  validateAmount(target, `${field}.target`, errors);
  AMOUNTS[name]?.(target, `${field}.target`, errors);
}

function validateMetricName(source: JsonObject, field: string, errors: FieldErrors): void {
  const metric = textAt(source, "metric.name");
  if (metric === "") errors.required(`${field}.metric.name`, "must specify a metric name");
  for (const text of pathSegment(metric)) errors.invalid(`${field}.metric.name`, metric, text);
}

function validateAmount(target: JsonObject, field: string, errors: FieldErrors): void {
  const type = asText(target["type"]);
  if (type === "") errors.required(`${field}.type`, "must specify a metric target type");
  if (!TARGETS.includes(type))
    errors.invalid(`${field}.type`, type, "must be either Utilization, Value, or AverageValue");
  for (const name of ["value", "averageValue"]) {
    const value = target[name];
    if (isQuantity(value) && compareQuantities(asText(value), "0") <= 0)
      errors.invalid(`${field}.${name}`, asText(value), "must be positive");
  }
  const { averageUtilization: utilization } = target;
  if (typeof utilization === "number" && utilization < 1)
    errors.invalid(`${field}.averageUtilization`, utilization, "must be greater than 0");
}

type AmountRule = (target: JsonObject, field: string, errors: FieldErrors) => void;

const ofResource: AmountRule = ({ averageUtilization, averageValue }, field, errors) => {
  const [hasShare, hasValue] = [averageUtilization !== undefined, averageValue !== undefined];
  if (!hasShare && !hasValue) {
    const why = "must set either a target raw value or a target utilization";
    errors.required(`${field}.averageUtilization`, why);
  }
  if (hasShare && hasValue) {
    const why = "may not set both a target raw value and a target utilization";
    errors.forbidden(`${field}.averageValue`, why);
  }
};

/** What each source must say of the amount it aims at. */
const AMOUNTS: Record<string, AmountRule> = {
  object({ value, averageValue }, field, errors) {
    if (value === undefined && averageValue === undefined)
      errors.required(`${field}.averageValue`, "must set either a target value or averageValue");
  },
  external({ value, averageValue }, field, errors) {
    const [hasValue, hasAverage] = [value !== undefined, averageValue !== undefined];
    if (!hasValue && !hasAverage) {
      const why = "must set either a target value for metric or a per-pod target";
      errors.required(`${field}.averageValue`, why);
    }
    if (hasValue && hasAverage)
      errors.forbidden(`${field}.value`, "may not set both a target value for metric and a per-pod target");
  },
  pods({ averageValue }, field, errors) {
    if (averageValue === undefined)
      errors.required(`${field}.averageValue`, "must specify a positive target averageValue");
  },
  resource: ofResource,
  containerResource: ofResource,
};
