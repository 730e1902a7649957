/** What changes are kept of. */
export const CHANGED_KINDS = ["policy", "workspace", "namespace", "exception", "access", "cluster"] as const;

export type ChangedKind = (typeof CHANGED_KINDS)[number];

/** One change of a policy, workspace, attachment, exception, of roles or of the clusters there are. */
export interface Change {
  /** What asks for it again; unique in the organization. */
  id: string;
  /** Counts the changes of the same thing from 1 on, also those that are kept no longer. */
  revision: number;
  kind: ChangedKind;
  /** Of what was changed; of roles that of the place. */
  name: string;
  /** Absent where it is of the organization. */
  workspaceName?: string;
  action: string;
  /** ISO 8601. */
  time: string;
  /** Empty where it was changed in the cluster itself, such as with kubectl, which does not say who did. */
  user: string;
  via: "lectern" | "cluster";
  /** What it was; `null` where it was not there, absent where that is kept no longer. */
  before?: object | null;
  /** What it became; `null` where it is not there any more. */
  after: object | null;
  /** Whether it can be made what it was after this change. */
  isRestorable: boolean;
}

/** Changes, newest first. */
export interface ChangeList {
  changes: Change[];
  totalCount: string;
}

/** One field that is not the same in two revisions. */
export interface FieldChange {
  /** As in `input.rules.0.imageName`; empty where all of it came or went. */
  path: string;
  before?: unknown;
  after?: unknown;
}

/** The fields that differ, in the order of their paths. */
export function compareRevisions(before: unknown, after: unknown): FieldChange[] {
  const old = new Map(leaves(before));
  const now = new Map(leaves(after));
  return [...new Set([...old.keys(), ...now.keys()])]
    .filter((path) => JSON.stringify(old.get(path)) !== JSON.stringify(now.get(path)))
    .toSorted()
    .map((path) => ({
      path,
      ...(old.has(path) && { before: old.get(path) }),
      ...(now.has(path) && { after: now.get(path) }),
    }));
}

/** `name: old -> new`, one line for a field. */
export function describeFieldChange({ path, before, after }: FieldChange): string {
  return `${path}: ${valueText(before)} -> ${valueText(after)}`;
}

/** A value of a field as it is shown. */
export function valueText(value: unknown): string {
  return value === undefined ? "nothing" : JSON.stringify(value);
}

function leaves(value: unknown, path = ""): [string, unknown][] {
  if (value === null || value === undefined) return [];
  if (typeof value !== "object") return [[path, value]];
  const entries = Object.entries(value);
  if (entries.length === 0) return [[path, value]];
  return entries.flatMap(([key, child]) => leaves(child, path === "" ? key : `${path}.${key}`));
}
