import { copyJson } from "../api/copy-json.js";
import { asText, isRecord, numberAt, recordAt, setAt, valueAt } from "../api/field-access.js";
import type { ApiObject } from "../api/object.js";
import type { WriteOptions } from "../api/service.js";
import { StatusError } from "../api/status.js";
import type { ResourceType } from "../registry/resource-type.js";
import type { ApiCore } from "./api-core.js";
import { requireObject } from "./api-core.js";
import type { UpdatePlan } from "./update.js";
import { updateObject } from "./update.js";

const SCALE_KIND = { group: "autoscaling", version: "v1", kind: "Scale" };

/** The view of an object that says how many replicas it should and does have (`autoscaling/v1 Scale`). */
export function scaleOf(type: ResourceType, object: ApiObject): ApiObject {
  const { name, namespace, uid, resourceVersion, creationTimestamp } = object.metadata;
  const paths = replicaPaths(type);
  const selector = paths.selector === undefined ? "" : selectorText(valueAt(object, paths.selector));
  const replicas = numberAt(object, paths.spec);
  const metadata = { name, namespace, uid, resourceVersion, creationTimestamp };
  return {
    apiVersion: "autoscaling/v1",
    kind: "Scale",
    metadata: Object.fromEntries(Object.entries(metadata).filter(([, value]) => value !== undefined)),
    spec: replicas === 0 ? {} : { replicas },
    status: { replicas: numberAt(object, paths.status), ...(selector !== "" && { selector }) },
  };
}

/** Changes the replicas of an object through its Scale; `compute` turns the present Scale into the wanted one. */
export async function updateScale(
  core: ApiCore,
  plan: UpdatePlan,
  options: WriteOptions,
): Promise<ApiObject> {
  const type = core.registry.require(plan.ref);
  const paths = replicaPaths(type);
  const compute = (old: ApiObject): ApiObject => {
    const wanted = plan.compute(scaleOf(type, old));
    const replicas = numberAt(wanted, "spec.replicas");
    if (replicas < 0) throw negativeReplicas(plan.at.name, replicas);
    const object = copyJson(old);
    setAt(object, paths.spec, replicas);
    const { resourceVersion } = wanted.metadata;
    if (resourceVersion !== undefined) object.metadata.resourceVersion = resourceVersion;
    else delete object.metadata.resourceVersion;
    return object;
  };
  const admitted = { kind: SCALE_KIND, view: (object: ApiObject) => scaleOf(type, object) };
  requireObject(core, type, plan.at);
  return scaleOf(type, await updateObject(core, { ...plan, compute, admitted }, options));
}

function replicaPaths(type: ResourceType): { spec: string; status: string; selector?: string } {
  const scale = type.custom?.scale;
  if (scale === undefined)
    return { spec: "spec.replicas", status: "status.replicas", selector: "spec.selector" };
  const { specReplicasPath, statusReplicasPath, labelSelectorPath } = scale;
  return {
    spec: specReplicasPath.replace(/^\./, ""),
    status: statusReplicasPath.replace(/^\./, ""),
    ...(labelSelectorPath !== undefined && { selector: labelSelectorPath.replace(/^\./, "") }),
  };
}

/** A selector in its text form: `app=web,tier in (a,b)`. */
function selectorText(selector: unknown): string {
  if (!isRecord(selector)) return asText(selector);
  const { matchExpressions } = selector;
  const hasForm = "matchLabels" in selector || "matchExpressions" in selector;
  const labels = hasForm ? (recordAt(selector, "matchLabels") ?? {}) : selector;
  const equal = Object.entries(labels).map(([key, value]) => `${key}=${asText(value)}`);
  const expressions = Array.isArray(matchExpressions)
    ? matchExpressions.filter(isRecord).map(expressionText)
    : [];
  return [...equal.toSorted(), ...expressions].join(",");
}

function expressionText({ key, operator, values }: Record<string, unknown>): string {
  const list = Array.isArray(values) ? values.map((value) => asText(value)).join(",") : "";
  if (operator === "Exists") return asText(key);
  if (operator === "DoesNotExist") return `!${asText(key)}`;
  return `${asText(key)} ${operator === "In" ? "in" : "notin"} (${list})`;
}

function negativeReplicas(name: string, replicas: number): StatusError {
  const message = `Scale.autoscaling ${JSON.stringify(name)} is invalid: spec.replicas: Invalid value: ${replicas}: must be greater than or equal to 0`;
  const causes = [
    {
      reason: "FieldValueInvalid",
      message: `Invalid value: ${replicas}: must be greater than or equal to 0`,
      field: "spec.replicas",
    },
  ];
  const details = { name, group: "autoscaling", kind: "Scale", causes };
  return new StatusError({ code: 422, reason: "Invalid", message, details });
}
