import type { Deployment, ReplicaSet } from "./object-kinds.js";

/** The ReplicaSets of a deployment; `old` are all that are not `current`, the ones with pods as well as the empty. */
export interface ReplicaSets {
  current?: ReplicaSet;
  old: ReplicaSet[];
}

export const DESIRED_REPLICAS = "deployment.kubernetes.io/desired-replicas";
export const MAX_REPLICAS = "deployment.kubernetes.io/max-replicas";

export function replicasOf(object: Deployment | ReplicaSet): number {
  return object.spec.replicas ?? 1;
}

export function availableOf(replicaSet: ReplicaSet): number {
  return replicaSet.status?.availableReplicas ?? 0;
}

export function sumOf(replicaSets: ReplicaSet[], count: (replicaSet: ReplicaSet) => number): number {
  return replicaSets.reduce((sum, replicaSet) => sum + count(replicaSet), 0);
}

export function allOf({ current, old }: ReplicaSets): ReplicaSet[] {
  return current === undefined ? old : [...old, current];
}

export function isRollingUpdate(deployment: Deployment): boolean {
  return deployment.spec.strategy?.type !== "Recreate";
}

/** How many pods a rolling update may have above and below the desired number; both 0 would never end. */
export function fencepostsOf(deployment: Deployment): { surge: number; unavailable: number } {
  if (!isRollingUpdate(deployment)) return { surge: 0, unavailable: 0 };
  const { maxSurge = "25%", maxUnavailable = "25%" } = deployment.spec.strategy?.rollingUpdate ?? {};
  const desired = replicasOf(deployment);
  const surge = resolve(maxSurge, desired, Math.ceil);
  const unavailable = resolve(maxUnavailable, desired, Math.floor);
  if (surge === 0 && unavailable === 0) return { surge, unavailable: 1 };
  return { surge, unavailable: Math.min(unavailable, desired) };
}

/** The size of the current ReplicaSet that the surge allows now. */
export function currentSize(deployment: Deployment, sets: ReplicaSets): number {
  const desired = replicasOf(deployment);
  const size = sets.current === undefined ? 0 : replicasOf(sets.current);
  if (!isRollingUpdate(deployment)) return desired;
  if (size >= desired) return desired;
  const room = desired + fencepostsOf(deployment).surge - sumOf(allOf(sets), replicasOf);
  return room <= 0 ? size : size + Math.min(room, desired - size);
}

/** The smaller sizes of old ReplicaSets that keep enough pods available: first the broken pods go, then good ones. */
export function smallerSizes(deployment: Deployment, sets: ReplicaSets): Map<ReplicaSet, number> {
  const minAvailable = replicasOf(deployment) - fencepostsOf(deployment).unavailable;
  const { current } = sets;
  const starting = current === undefined ? 0 : replicasOf(current) - availableOf(current);
  const all = allOf(sets);
  const sizes = new Map<ReplicaSet, number>();
  let removable = sumOf(all, replicasOf) - minAvailable - starting;
  let spare = sumOf(all, availableOf) - minAvailable;
  for (const set of byAge(sets.old)) {
    const broken = Math.max(0, Math.min(replicasOf(set) - availableOf(set), removable));
    if (broken > 0) sizes.set(set, replicasOf(set) - broken);
    removable -= broken;
  }
  for (const set of byAge(sets.old)) {
    const size = sizes.get(set) ?? replicasOf(set);
    const good = Math.max(0, Math.min(size, removable, spare));
    if (good > 0) sizes.set(set, size - good);
    removable -= good;
    spare -= good;
  }
  return sizes;
}

/** Sizes after a change of `spec.replicas` in the middle of a rollout: each ReplicaSet gets its share. */
export function proportionalSizes(deployment: Deployment, sets: ReplicaSets): Map<ReplicaSet, number> {
  const desired = replicasOf(deployment);
  const active = allOf(sets).filter((set) => replicasOf(set) > 0);
  const single = active.length === 0 ? sets.current : active.length === 1 ? active[0] : undefined;
  if (single !== undefined) return new Map([[single, desired]]);
  const allowed = desired === 0 ? 0 : desired + fencepostsOf(deployment).surge;
  let left = allowed - sumOf(active, replicasOf);
  const sizes = new Map<ReplicaSet, number>();
  for (const set of active.toSorted((a, b) => replicasOf(b) - replicasOf(a))) {
    const before = Number(set.metadata.annotations?.[MAX_REPLICAS] ?? allowed) || 1;
    const share = Math.round((replicasOf(set) * allowed) / before) - replicasOf(set);
    const change = left > 0 ? Math.max(0, Math.min(share, left)) : Math.min(0, Math.max(share, left));
    sizes.set(set, replicasOf(set) + change);
    left -= change;
  }
  const [first] = sizes;
  if (first !== undefined) sizes.set(first[0], Math.max(0, first[1] + left));
  return sizes;
}

export function byAge(replicaSets: ReplicaSet[]): ReplicaSet[] {
  return replicaSets.toSorted((a, b) => (ageOf(a) < ageOf(b) ? -1 : 1));
}

function ageOf({ metadata }: ReplicaSet): string {
  return `${metadata.creationTimestamp ?? ""} ${metadata.name ?? ""}`;
}

function resolve(value: number | string, total: number, round: (value: number) => number): number {
  if (typeof value === "number") return value;
  return round((Number.parseInt(value, 10) * total) / 100);
}
