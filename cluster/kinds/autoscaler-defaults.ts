import type { JsonObject } from "../api/field-access.js";
import { isRecord, recordAt, recordsAt, setDefault } from "../api/field-access.js";
import type { ApiObject } from "../api/object.js";

const PERIOD_SECONDS = 15;

function cpuMetric(): JsonObject {
  const target = { type: "Utilization", averageUtilization: 80 };
  return { type: "Resource", resource: { name: "cpu", target } };
}

function scaleUpDefaults(): JsonObject {
  const policies = [
    { type: "Pods", value: 4, periodSeconds: PERIOD_SECONDS },
    { type: "Percent", value: 100, periodSeconds: PERIOD_SECONDS },
  ];
  return { stabilizationWindowSeconds: 0, selectPolicy: "Max", policies };
}

function scaleDownDefaults(): JsonObject {
  return { selectPolicy: "Max", policies: [{ type: "Percent", value: 100, periodSeconds: PERIOD_SECONDS }] };
}

/** Fills in what a HorizontalPodAutoscaler leaves to the server; a stated `behavior` gets both directions. */
export function setAutoscalerDefaults(object: ApiObject): void {
  const { spec } = object;
  if (!isRecord(spec)) return;
  setDefault(spec, "minReplicas", 1);
  if (object.apiVersion !== "autoscaling/v2") return;
  if (recordsAt(spec, "metrics").length === 0) spec["metrics"] = [cpuMetric()];
  const behavior = recordAt(spec, "behavior");
  if (behavior === undefined) return;
  behavior["scaleUp"] = filled(recordAt(behavior, "scaleUp"), scaleUpDefaults());
  behavior["scaleDown"] = filled(recordAt(behavior, "scaleDown"), scaleDownDefaults());
}

/** Rules that have their defaults: a stated empty list of policies, left out since, is not filled later. */
const complete = new WeakSet<JsonObject>();

function filled(rules: JsonObject | undefined, defaults: JsonObject): JsonObject {
  if (rules !== undefined && complete.has(rules)) return rules;
  const result = { ...rules };
  complete.add(result);
  for (const [field, value] of Object.entries(defaults)) setDefault(result, field, value);
  return result;
}
