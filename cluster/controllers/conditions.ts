import type { Condition } from "./object-kinds.js";

export function findCondition(conditions: Condition[] | undefined, type: string): Condition | undefined {
  return conditions?.find((condition) => condition.type === type);
}

export function hasTrueCondition(conditions: Condition[] | undefined, type: string): boolean {
  return findCondition(conditions, type)?.status === "True";
}

export function withoutCondition(conditions: Condition[] | undefined, type: string): Condition[] {
  return (conditions ?? []).filter((condition) => condition.type !== type);
}

/** The conditions with `next` in place of the one of its type, whose transition time stays while the status does. */
export function withCondition(conditions: Condition[] | undefined, next: Condition): Condition[] {
  const known = findCondition(conditions, next.type);
  if (known?.status === next.status && known.reason === next.reason) return conditions ?? [];
  const kept =
    known?.status === next.status && known.lastTransitionTime !== undefined
      ? { ...next, lastTransitionTime: known.lastTransitionTime }
      : next;
  return [...withoutCondition(conditions, next.type), kept];
}
