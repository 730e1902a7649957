/** An object of any kind, as far as the Kubernetes tab looks at it. */
export interface ViewedObject {
  metadata?: {
    uid?: string;
    name?: string;
    namespace?: string;
    resourceVersion?: string;
    labels?: Record<string, string>;
    generation?: number;
    creationTimestamp?: string;
    deletionTimestamp?: string;
    ownerReferences?: { uid: string; controller?: boolean }[];
    managedFields?: { time?: string }[];
  };
  spec?: Record<string, unknown> | null;
  status?: Record<string, unknown> | null;
  [field: string]: unknown;
}

export interface Condition {
  type?: string;
  status?: string;
  reason?: string;
  message?: string;
}

/** The conditions of its status; none where it has none that can be read. */
export function conditionsOf({ status }: ViewedObject): Condition[] {
  const conditions = status?.["conditions"];
  return Array.isArray(conditions) ? conditions.filter((one) => one !== null && typeof one === "object") : [];
}

/** A number of spec or status; the other one where there is none. */
export function numberIn(
  part: Record<string, unknown> | null | undefined,
  field: string,
  otherwise = 0,
): number {
  const value = part?.[field];
  return typeof value === "number" ? value : otherwise;
}

/** A text of spec or status; empty where there is none. */
export function textIn(part: Record<string, unknown> | null | undefined, field: string): string {
  const value = part?.[field];
  return typeof value === "string" ? value : "";
}

/** A list of spec or status; empty where there is none. */
export function listIn<Item extends object>(
  part: Record<string, unknown> | null | undefined,
  field: string,
): Item[] {
  const value = part?.[field];
  return Array.isArray(value)
    ? (value as Item[]).filter((one) => one !== null && typeof one === "object")
    : [];
}
