import { isDeepStrictEqual } from "node:util";
import { asText, recordAt, recordsAt } from "../api/field-access.js";
import type { ApiObject } from "../api/object.js";
import type { ApiService } from "../api/service.js";
import type { AdmissionPlugin, AdmissionRequest } from "./admission.js";
import { newPodSpec } from "./pod-defaults.js";
import { refuse } from "./refusal.js";

const RUNTIME_CLASSES = { group: "node.k8s.io", version: "v1", resource: "runtimeclasses" };

/** Gives a pod what its RuntimeClass says of overhead and nodes, and refuses one of a class that is not there. */
export function createRuntimeClassAdmission(api: ApiService): AdmissionPlugin {
  return {
    name: "RuntimeClass",
    mutate(request) {
      const spec = newPodSpec(request);
      if (!spec) return;
      const name = asText(spec["runtimeClassName"]);
      const runtimeClass = name === "" ? undefined : api.find(RUNTIME_CLASSES, { name });
      if (name !== "" && runtimeClass === undefined)
        throw refuse(request, `pod rejected: RuntimeClass ${JSON.stringify(name)} not found`);
      setOverhead(request, spec, runtimeClass);
      setScheduling(request, spec, runtimeClass);
    },
  };
}

function setOverhead(
  request: AdmissionRequest,
  spec: Record<string, unknown>,
  runtimeClass: ApiObject | undefined,
): void {
  const overhead = recordAt(runtimeClass, "overhead.podFixed");
  if (spec["overhead"] !== undefined && !isDeepStrictEqual(spec["overhead"], overhead)) {
    const why =
      overhead === undefined
        ? "Pod Overhead set without corresponding RuntimeClass defined Overhead"
        : "Pod's Overhead doesn't match RuntimeClass's defined Overhead";
    throw refuse(request, `pod rejected: ${why}`);
  }
  if (overhead !== undefined) spec["overhead"] = structuredClone(overhead);
}

function setScheduling(
  request: AdmissionRequest,
  spec: Record<string, unknown>,
  runtimeClass: ApiObject | undefined,
): void {
  const given = textsAt(spec, "nodeSelector");
  const wanted = textsAt(runtimeClass, "scheduling.nodeSelector");
  for (const [key, value] of Object.entries(wanted)) {
    const own = Object.hasOwn(given, key) ? given[key] : undefined;
    if (own === undefined || own === value) continue;
    const places = `runtimeClass.scheduling.nodeSelector[${key}] = ${value}; pod.spec.nodeSelector[${key}] = ${own}`;
    throw refuse(request, `conflict: ${places}`);
  }
  if (Object.keys(wanted).length > 0) spec["nodeSelector"] = { ...given, ...wanted };
  const tolerations = recordsAt(runtimeClass, "scheduling.tolerations");
  if (tolerations.length > 0)
    spec["tolerations"] = [...recordsAt(spec, "tolerations"), ...structuredClone(tolerations)];
}

function textsAt(object: unknown, path: string): Record<string, string> {
  return (recordAt(object, path) ?? {}) as Record<string, string>;
}
