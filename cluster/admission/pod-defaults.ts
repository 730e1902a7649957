import type { ApiObject } from "../api/object.js";
import type { ApiService } from "../api/service.js";
import type { AdmissionPlugin, AdmissionRequest } from "./admission.js";
import type { PodSpec } from "./pod-resources.js";
import { podSpecOf } from "./pod-resources.js";
import { refuse } from "./refusal.js";

interface Toleration {
  key?: string;
  operator?: string;
  effect?: string;
  tolerationSeconds?: number;
}

/** Seconds a pod stays on a node that is not ready or cannot be reached. */
const TOLERATION_SECONDS = 300;
const NODE_TROUBLES = ["node.kubernetes.io/not-ready", "node.kubernetes.io/unreachable"];
const PRIORITY_CLASSES = { group: "scheduling.k8s.io", version: "v1", resource: "priorityclasses" };

/** Lets pods ride out five minutes of node trouble, unless they say otherwise. */
export function createDefaultTolerations(): AdmissionPlugin {
  return {
    name: "DefaultTolerationSeconds",
    mutate(request) {
      const { operation, resource, object } = request;
      const isUpdate = operation === "UPDATE" && resource.resource === "pods" && !resource.subresource;
      const spec = isUpdate && object ? podSpecOf(object) : newPodSpec(request);
      if (!spec) return;
      const tolerations = (spec["tolerations"] ?? []) as Toleration[];
      const missing = NODE_TROUBLES.filter(
        (key) => !tolerations.some((toleration) => tolerates(toleration, key)),
      );
      if (missing.length === 0) return;
      spec["tolerations"] = [
        ...tolerations,
        ...missing.map((key) => ({
          key,
          operator: "Exists",
          effect: "NoExecute",
          tolerationSeconds: TOLERATION_SECONDS,
        })),
      ];
    },
  };
}

/** Resolves a pod's PriorityClass, or the default one, to the number and policy the scheduler reads. */
export function createPriorityAdmission(api: ApiService): AdmissionPlugin {
  return {
    name: "Priority",
    mutate(request) {
      const spec = newPodSpec(request);
      if (!spec) return;
      const priorityClass = priorityClassOf(api, request, spec);
      if (priorityClass) spec.priorityClassName = priorityClass.metadata.name ?? "";
      const value = (priorityClass?.["value"] ?? 0) as number;
      setComputed(request, spec, { name: "priority", value, told: "integer value of priority" });
      const policy = (priorityClass?.["preemptionPolicy"] ?? "PreemptLowerPriority") as string;
      const told = "string value of PreemptionPolicy";
      setComputed(request, spec, { name: "preemptionPolicy", value: policy, told });
    },
  };
}

/** Sets a field that the class alone says; refuses a pod that says something else. */
function setComputed(
  request: AdmissionRequest,
  spec: PodSpec,
  { name, value, told }: { name: "priority" | "preemptionPolicy"; value: number | string; told: string },
): void {
  const given = spec[name] as number | string | undefined;
  if (given !== undefined && given !== value) {
    throw refuse(
      request,
      `the ${told} (${given}) must not be provided in pod spec; priority admission controller computed ${value} from the given PriorityClass name`,
    );
  }
  spec[name] = value;
}

function priorityClassOf(api: ApiService, request: AdmissionRequest, spec: PodSpec): ApiObject | undefined {
  if (!spec.priorityClassName) {
    const defaults = api.list(PRIORITY_CLASSES).filter((one) => one["globalDefault"] === true);
    return defaults.toSorted((a, b) => Number(a["value"]) - Number(b["value"]))[0];
  }
  const found = api.find(PRIORITY_CLASSES, { name: spec.priorityClassName });
  if (!found) throw refuse(request, `no PriorityClass with name ${spec.priorityClassName} was found`);
  return found;
}

/** The spec of a pod that is being created; `undefined` in any other request. */
export function newPodSpec({ operation, resource, object }: AdmissionRequest): PodSpec | undefined {
  const isPod = resource.group === "" && resource.resource === "pods" && !resource.subresource;
  return isPod && operation === "CREATE" && object ? podSpecOf(object) : undefined;
}

function tolerates({ key, effect }: Toleration, trouble: string): boolean {
  return (!key || key === trouble) && (!effect || effect === "NoExecute");
}
