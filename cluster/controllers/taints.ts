import type { Pod } from "./object-kinds.js";

/** What keeps pods off a node that do not tolerate it. */
export interface Taint {
  key: string;
  value?: string;
  effect: string;
}

/** What a pod bears with, and for how long where it is a matter of time. */
export interface Toleration {
  key?: string;
  operator?: string;
  value?: string;
  effect?: string;
  tolerationSeconds?: number;
}

/** Whether the taint keeps pods off, rather than being a reason to prefer other nodes. */
export function keepsAway({ effect }: Taint): boolean {
  return effect === "NoSchedule" || effect === "NoExecute";
}

export function isRepelled(pod: Pod, taint: Taint): boolean {
  return !tolerationsOf(pod).some((toleration) => tolerates(toleration, taint));
}

/** Seconds the pod may stay with these taints: 0 for one it does not tolerate, `Infinity` when all are for good. */
export function toleratedSeconds(pod: Pod, taints: Taint[]): number {
  const seconds = taints.map((taint) => {
    const matching = tolerationsOf(pod).filter((toleration) => tolerates(toleration, taint));
    if (matching.length === 0) return 0;
    return Math.min(...matching.map(({ tolerationSeconds = Infinity }) => Math.max(0, tolerationSeconds)));
  });
  return Math.min(Infinity, ...seconds);
}

function tolerationsOf({ spec }: Pod): Toleration[] {
  return (spec["tolerations"] ?? []) as Toleration[];
}

function tolerates(
  { key = "", operator = "Equal", value = "", effect = "" }: Toleration,
  taint: Taint,
): boolean {
  if (effect !== "" && effect !== taint.effect) return false;
  if (key === "") return operator === "Exists";
  if (key !== taint.key) return false;
  return operator === "Exists" || value === (taint.value ?? "");
}
