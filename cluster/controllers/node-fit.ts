import { recordsAt } from "../api/field-access.js";
import type { ApiObject } from "../api/object.js";
import { nanoUnits } from "../schema/quantity.js";
import { affinityMisfit } from "./inter-pod-affinity.js";
import { matchesNodeAffinity } from "./node-affinity.js";
import type { Pod } from "./object-kinds.js";
import type { PlacedPods } from "./placed-pods.js";
import { isRepelled, keepsAway } from "./taints.js";
import type { Taint } from "./taints.js";
import { spreadMisfit } from "./topology-spread.js";

interface Node extends ApiObject {
  spec?: { unschedulable?: boolean; taints?: Taint[] };
  status?: { allocatable?: Record<string, string> };
}

/** Why a pod cannot run on a node, in the scheduler's words. */
export interface Misfit {
  reasons: string[];
  /** Whether it could if others made room. */
  isHelpedByPreemption: boolean;
}

/** What `kubectl cordon` amounts to. */
const CORDONED: Taint = { key: "node.kubernetes.io/unschedulable", effect: "NoSchedule" };

/** Why the pod cannot run on the node beside the pods placed so far; `undefined` when it can. */
export function misfit(pod: Pod, node: ApiObject, placed: PlacedPods): Misfit | undefined {
  const { spec, metadata } = node as Node;
  if (spec?.unschedulable === true && isRepelled(pod, CORDONED)) {
    return unresolvable("node(s) were unschedulable");
  }
  if ((spec?.taints ?? []).some((taint) => keepsAway(taint) && isRepelled(pod, taint)))
    return unresolvable("node(s) had untolerated taint(s)");
  if (!matchesNodeAffinity(pod, metadata)) {
    return unresolvable("node(s) didn't match Pod's node affinity/selector");
  }
  // No driver offers devices on any node.
  if (asksForDevices(pod)) return unresolvable("cannot allocate all claims");
  const neighbours = [...placed.on(metadata.name ?? "").values()];
  if (!hasFreePorts(pod, neighbours)) {
    return resolvable("node(s) didn't have free ports for the requested pod ports");
  }
  return (
    resourceMisfit(pod, node, neighbours) ??
    spreadMisfit(pod, node, placed) ??
    affinityMisfit(pod, node, placed)
  );
}

/**
 * Whether a daemon is to run on the node, as its controller judges it: by selector, affinity and taints, not by room. What is there may
 * stay for as long as no taint drives it out.
 */
export function daemonPlace(pod: Pod, node: ApiObject): { isWanted: boolean; mayStay: boolean } {
  const { spec, metadata } = node as Node;
  if (!matchesNodeAffinity(pod, metadata)) return { isWanted: false, mayStay: false };
  const repelling = (spec?.taints ?? []).filter((taint) => keepsAway(taint) && isRepelled(pod, taint));
  return {
    isWanted: repelling.length === 0,
    mayStay: repelling.every(({ effect }) => effect !== "NoExecute"),
  };
}

/** Whether the pod needs devices by claims. */
export function asksForDevices({ spec }: Pod): boolean {
  return recordsAt(spec, "resourceClaims").length > 0;
}

function unresolvable(reason: string): Misfit {
  return { reasons: [reason], isHelpedByPreemption: false };
}

function resolvable(reason: string): Misfit {
  return { reasons: [reason], isHelpedByPreemption: true };
}

function resourceMisfit(pod: Pod, { status }: Node, neighbours: Pod[]): Misfit | undefined {
  const allocatable = status?.allocatable ?? {};
  const reasons: string[] = [];
  let isHelpedByPreemption = true;
  if (neighbours.length >= Number(allocatable["pods"] ?? Infinity)) reasons.push("Too many pods");
  for (const [name, limit] of Object.entries(limitsOn(pod, allocatable))) {
    const wanted = sumOfRequests([pod], name);
    if (sumOfRequests([...neighbours, pod], name) <= nanoUnits(limit)) continue;
    reasons.push(`Insufficient ${name}`);
    if (wanted > nanoUnits(limit)) isHelpedByPreemption = false;
  }
  return reasons.length === 0 ? undefined : { reasons, isHelpedByPreemption };
}

/** What the node has of each resource the pod asks for; nothing of one it does not know. */
function limitsOn(pod: Pod, allocatable: Record<string, string>): Record<string, string> {
  const names = new Set(pod.spec.containers.flatMap((each) => Object.keys(each.resources?.requests ?? {})));
  const wanted = [...names].filter((name) => sumOfRequests([pod], name) > 0n).toSorted();
  return Object.fromEntries(
    wanted.map((name) => [name, Object.hasOwn(allocatable, name) ? (allocatable[name] ?? "0") : "0"]),
  );
}

interface HostPort {
  port: number;
  protocol: string;
  address: string;
}

function hasFreePorts(pod: Pod, neighbours: Pod[]): boolean {
  const wanted = hostPorts(pod);
  if (wanted.length === 0) return true;
  const taken = neighbours.flatMap(hostPorts);
  return !wanted.some((port) => taken.some((other) => isSamePort(port, other)));
}

function hostPorts({ spec }: Pod): HostPort[] {
  const sidecars = (spec.initContainers ?? []).filter((each) => each["restartPolicy"] === "Always");
  return [...sidecars, ...spec.containers].flatMap((container) =>
    recordsAt(container, "ports").flatMap(({ hostPort, protocol, hostIP }) => {
      if (typeof hostPort !== "number" || hostPort === 0) return [];
      const address = typeof hostIP === "string" && hostIP !== "" ? hostIP : "0.0.0.0";
      return [{ port: hostPort, protocol: typeof protocol === "string" ? protocol : "TCP", address }];
    }),
  );
}

function isSamePort(a: HostPort, b: HostPort): boolean {
  if (a.port !== b.port || a.protocol !== b.protocol) return false;
  return a.address === b.address || a.address === "0.0.0.0" || b.address === "0.0.0.0";
}

function sumOfRequests(pods: Pod[], resource: string): bigint {
  const requests = pods.flatMap((pod) =>
    pod.spec.containers.map(({ resources }) => resources?.requests?.[resource]),
  );
  return requests.reduce((sum, request) => sum + (request === undefined ? 0n : nanoUnits(request)), 0n);
}
