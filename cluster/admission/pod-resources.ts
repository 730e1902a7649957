import type { ApiObject } from "../api/object.js";
import type { ResourceList } from "./resource-list.js";
import { addTo, raiseTo, resourceList } from "./resource-list.js";

export interface Container {
  name?: string;
  restartPolicy?: string;
  resources?: { requests?: Record<string, string>; limits?: Record<string, string> } | null;
  [field: string]: unknown;
}

export interface PodSpec {
  containers?: Container[];
  initContainers?: Container[];
  serviceAccountName?: string;
  priorityClassName?: string;
  activeDeadlineSeconds?: number;
  resources?: Container["resources"];
  overhead?: Record<string, string>;
  [field: string]: unknown;
}

export function podSpecOf(pod: ApiObject): PodSpec {
  return (pod["spec"] ?? {}) as PodSpec;
}

/** Containers first, then init containers: the order in which the API reports on them. */
export function containersOf(spec: PodSpec): Container[] {
  return [...(spec.containers ?? []), ...(spec.initContainers ?? [])];
}

export function resourcesOf(container: Container, side: "requests" | "limits"): ResourceList {
  return resourceList(container.resources?.[side]);
}

/**
 * What a pod asks for as a whole: its containers together, or more where an init container needs more. Amounts given for the pod
 * itself replace the sum.
 */
export function podResources(spec: PodSpec, side: "requests" | "limits"): ResourceList {
  const total: ResourceList = new Map();
  for (const container of spec.containers ?? []) addTo(total, resourcesOf(container, side));
  const sidecars: ResourceList = new Map();
  const initial: ResourceList = new Map();
  for (const container of spec.initContainers ?? []) {
    const own = resourcesOf(container, side);
    if (container.restartPolicy === "Always") {
      addTo(total, own);
      addTo(sidecars, own);
      raiseTo(initial, sidecars);
    } else {
      const together: ResourceList = new Map(own);
      addTo(together, sidecars);
      raiseTo(initial, together);
    }
  }
  raiseTo(total, initial);
  for (const [name, quantity] of resourceList(spec.resources?.[side])) total.set(name, quantity);
  return total;
}
