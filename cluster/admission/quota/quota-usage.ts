import type { ApiObject, ResourceRef } from "../../api/object.js";
import type { PodSpec } from "../pod-resources.js";
import { podResources, podSpecOf } from "../pod-resources.js";
import type { Quantity } from "../../schema/quantity.js";
import { parseQuantity } from "../../schema/quantity.js";
import type { ResourceList } from "../resource-list.js";
import { resourceList } from "../resource-list.js";

type Resource = Pick<ResourceRef, "group" | "resource">;

/** Core resources whose plain name is a quota of their number. */
const COUNTED_BY_NAME = new Set([
  "configmaps",
  "secrets",
  "services",
  "persistentvolumeclaims",
  "replicationcontrollers",
  "resourcequotas",
]);

const COMPUTE = ["cpu", "memory", "ephemeral-storage"];

/** What one object uses of the amounts a quota can name. */
export function objectUsage(resource: Resource, object: ApiObject, now: number): ResourceList {
  const usage: ResourceList = new Map([[countName(resource), count(1)]]);
  if (resource.group !== "") return usage;
  if (COUNTED_BY_NAME.has(resource.resource)) usage.set(resource.resource, count(1));
  if (resource.resource === "pods" && isCharged(object, now)) addPodUsage(usage, podSpecOf(object));
  if (resource.resource === "services") addServiceUsage(usage, object);
  if (resource.resource === "persistentvolumeclaims") addClaimUsage(usage, object);
  return usage;
}

/** `count/deployments.apps`. */
export function countName({ group, resource }: Resource): string {
  return `count/${group === "" ? resource : `${resource}.${group}`}`;
}

/** The resource whose objects use the quota entry `name`. */
export function countedResource(name: string): Resource {
  if (name.startsWith("count/")) {
    const [resource = "", ...group] = name.slice("count/".length).split(".");
    return { group: group.join("."), resource };
  }
  if (COUNTED_BY_NAME.has(name)) return { group: "", resource: name };
  if (name.startsWith("services.")) return { group: "", resource: "services" };
  const isStorage = name === "requests.storage" || name.includes(".storageclass.storage.k8s.io/");
  return { group: "", resource: isStorage ? "persistentvolumeclaims" : "pods" };
}

/** The amounts a pod with these requests and limits is charged for. */
export function computeUsage(requests: ResourceList, limits: ResourceList): ResourceList {
  const usage: ResourceList = new Map();
  for (const [name, quantity] of requests) {
    if (COMPUTE.includes(name) || name.startsWith("hugepages-")) usage.set(name, quantity);
    usage.set(`requests.${name}`, quantity);
  }
  for (const [name, quantity] of limits) if (COMPUTE.includes(name)) usage.set(`limits.${name}`, quantity);
  return usage;
}

function addPodUsage(usage: ResourceList, spec: PodSpec): void {
  usage.set("pods", count(1));
  const compute = computeUsage(podResources(spec, "requests"), podResources(spec, "limits"));
  for (const [name, quantity] of compute) usage.set(name, quantity);
}

/** A pod that has ended, or should have been gone by now, is not charged for. */
function isCharged(pod: ApiObject, now: number): boolean {
  const { phase } = (pod["status"] ?? {}) as { phase?: string };
  if (phase === "Failed" || phase === "Succeeded") return false;
  const { deletionTimestamp, deletionGracePeriodSeconds } = pod.metadata;
  if (deletionTimestamp === undefined || deletionGracePeriodSeconds === undefined) return true;
  return now <= Date.parse(deletionTimestamp) + deletionGracePeriodSeconds * 1000;
}

function addServiceUsage(usage: ResourceList, service: ApiObject): void {
  const spec = (service["spec"] ?? {}) as {
    type?: string;
    ports?: { nodePort?: number }[];
    allocateLoadBalancerNodePorts?: boolean;
  };
  const ports = spec.ports ?? [];
  const isBalanced = spec.type === "LoadBalancer";
  const explicit = isBalanced && spec.allocateLoadBalancerNodePorts === false;
  const nodePorts = explicit ? ports.filter(({ nodePort }) => nodePort).length : ports.length;
  usage.set("services.loadbalancers", count(isBalanced ? 1 : 0));
  usage.set("services.nodeports", count(isBalanced || spec.type === "NodePort" ? nodePorts : 0));
}

function addClaimUsage(usage: ResourceList, claim: ApiObject): void {
  const spec = (claim["spec"] ?? {}) as { storageClassName?: string; resources?: { requests?: unknown } };
  const storage = resourceList(spec.resources?.requests).get("storage");
  if (storage) usage.set("requests.storage", storage);
  if (!spec.storageClassName) return;
  const prefix = `${spec.storageClassName}.storageclass.storage.k8s.io/`;
  usage.set(`${prefix}persistentvolumeclaims`, count(1));
  if (storage) usage.set(`${prefix}requests.storage`, storage);
}

function count(number: number): Quantity {
  return parseQuantity(number) ?? { nano: 0n, format: "decimal" };
}
