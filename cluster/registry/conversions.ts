import { recordAt, recordsAt, textAt, valueAt } from "../api/field-access.js";
import type { ApiObject, ResourceRef } from "../api/object.js";
import { validateEventV1 } from "../kinds/event-validation.js";
import type { FieldErrors } from "../validation/field-errors.js";

/** How a version of a kind reads and writes objects that are stored in another one. */
export interface Conversion {
  /** The version that is stored, with its own rules and defaults. */
  stored: ResourceRef;
  /** Judges what is created or, with `old`, changed in this version; the stored one judges it, too. */
  validate?(object: ApiObject, old: ApiObject | undefined, errors: FieldErrors): void;
  toStored(object: ApiObject): ApiObject;
  fromStored(object: ApiObject): ApiObject;
}

/** The served versions that are not the stored ones, by `group/version/resource`. */
export const conversions: Record<string, Conversion> = {
  "events.k8s.io/v1/events": {
    stored: { group: "", version: "v1", resource: "events" },
    validate: validateEventV1,
    toStored: (event) => renamed(event, "v1", EVENT_FIELDS),
    fromStored: (event) => renamed(event, "events.k8s.io/v1", reversed(EVENT_FIELDS)),
  },
  "autoscaling/v1/horizontalpodautoscalers": {
    stored: { group: "autoscaling", version: "v2", resource: "horizontalpodautoscalers" },
    toStored: autoscalerToV2,
    fromStored: autoscalerToV1,
  },
};

/** Fields of `events.k8s.io/v1` and what they are called in the core group. */
const EVENT_FIELDS: Record<string, string> = {
  regarding: "involvedObject",
  note: "message",
  reportingController: "reportingComponent",
  deprecatedSource: "source",
  deprecatedFirstTimestamp: "firstTimestamp",
  deprecatedLastTimestamp: "lastTimestamp",
  deprecatedCount: "count",
};

function renamed(object: ApiObject, apiVersion: string, names: Record<string, string>): ApiObject {
  const entries = Object.entries(object).map(([name, value]) => [names[name] ?? name, value]);
  return { ...(Object.fromEntries(entries) as ApiObject), apiVersion };
}

function reversed(names: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(names).map(([from, to]) => [to, from]));
}

function autoscalerToV2(object: ApiObject): ApiObject {
  const { targetCPUUtilizationPercentage: percent, ...spec } = recordAt(object, "spec") ?? {};
  const { currentCPUUtilizationPercentage: _current, ...status } = recordAt(object, "status") ?? {};
  const target = { type: "Utilization", averageUtilization: percent };
  const metrics =
    percent === undefined ? {} : { metrics: [{ type: "Resource", resource: { name: "cpu", target } }] };
  return { ...object, apiVersion: "autoscaling/v2", spec: { ...spec, ...metrics }, status };
}

function autoscalerToV1(object: ApiObject): ApiObject {
  const { metrics: _metrics, behavior: _behavior, ...spec } = recordAt(object, "spec") ?? {};
  const cpu = recordsAt(object, "spec.metrics").find((metric) => textAt(metric, "resource.name") === "cpu");
  const percent = valueAt(cpu, "resource.target.averageUtilization");
  if (typeof percent === "number") spec["targetCPUUtilizationPercentage"] = percent;
  const status = { currentReplicas: 0, desiredReplicas: 0, ...recordAt(object, "status") };
  const kept = Object.entries(status).filter(([name]) => name !== "currentMetrics" && name !== "conditions");
  return { ...object, apiVersion: "autoscaling/v1", spec, status: Object.fromEntries(kept) };
}

const converted = new WeakMap<ApiObject, Map<Conversion, ApiObject>>();

/** The stored (frozen) object in the version of the conversion, made once. */
export function convertStored(conversion: Conversion, object: ApiObject): ApiObject {
  if (!Object.isFrozen(object)) return conversion.fromStored(object);
  const known = converted.get(object) ?? new Map<Conversion, ApiObject>();
  converted.set(object, known);
  const result = known.get(conversion) ?? Object.freeze(conversion.fromStored(object));
  known.set(conversion, result);
  return result;
}
