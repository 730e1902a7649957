import { hasTrueCondition, findCondition } from "./conditions.js";
import type { Pod } from "./object-kinds.js";

/** True for pods that run or may yet run. */
export function isActivePod(pod: Pod): boolean {
  const phase = pod.status?.phase;
  return phase !== "Succeeded" && phase !== "Failed" && pod.metadata.deletionTimestamp === undefined;
}

export function isTerminatingPod(pod: Pod): boolean {
  const phase = pod.status?.phase;
  return phase !== "Succeeded" && phase !== "Failed" && pod.metadata.deletionTimestamp !== undefined;
}

export function isReadyPod(pod: Pod): boolean {
  return hasTrueCondition(pod.status?.conditions, "Ready");
}

/** Milliseconds until the pod counts as available; 0 when it does, `undefined` while it is not even ready. */
export function availableInMs(pod: Pod, minReadySeconds: number, now: Date): number | undefined {
  if (!isReadyPod(pod)) return undefined;
  if (minReadySeconds === 0) return 0;
  const readySince = findCondition(pod.status?.conditions, "Ready")?.lastTransitionTime;
  if (readySince === undefined) return undefined;
  return Math.max(0, Date.parse(readySince) + minReadySeconds * 1000 - now.getTime());
}

/** Orders pods so that the ones to lose first come first: not running, not ready, youngest. */
export function compareForDeletion(a: Pod, b: Pod): number {
  return (
    Number(a.spec.nodeName !== undefined) - Number(b.spec.nodeName !== undefined) ||
    Number(a.status?.phase === "Running") - Number(b.status?.phase === "Running") ||
    Number(isReadyPod(a)) - Number(isReadyPod(b)) ||
    deletionCost(a) - deletionCost(b) ||
    createdAt(b) - createdAt(a)
  );
}

function deletionCost(pod: Pod): number {
  return Number(pod.metadata.annotations?.["controller.kubernetes.io/pod-deletion-cost"] ?? 0) || 0;
}

function createdAt(pod: Pod): number {
  return Date.parse(pod.metadata.creationTimestamp ?? "") || 0;
}
