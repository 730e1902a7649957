import type { ChangedKind } from "../../common/history-api.js";
import type { PolicyContext } from "../context.js";
import type { ResourcePlural } from "../custom-resource-definitions.js";
import { type HierarchyObject, type MemberSpec, newObject, ownedBy, type PolicyAddress } from "../records.js";
import { authorOf } from "./author.js";

/** What one change is stored as; `of` and `revision` name it among the changes of the same thing. */
export interface ChangeSpec extends MemberSpec {
  workspace?: string;
  kind: ChangedKind;
  of: string;
  /** The workspace it was in before. */
  from?: string;
  revision: number;
  action: string;
  /** ISO 8601, to the millisecond. */
  time: string;
  /** Absent where it was changed in the cluster itself. */
  user?: string;
  /** What it became, as JSON; absent where it is not there any more. */
  state?: string;
}

export type ChangeObject = HierarchyObject<ChangeSpec>;

/** Of one organization; older ones go. A lab's learner makes some dozens, and a cluster may hold hundreds of organizations. */
export const MAX_CHANGES = 200;

/** Of those that made living things what they are, which stay beyond the others. */
const MOST_KEPT = 2 * MAX_CHANGES;

/** Characters of what an organization's changes hold, which 200 policies of ten rules come nowhere near; the newest is kept whatever it holds. */
export const MAX_STATE_CHARACTERS = 1_000_000;

/** Kinds of the hierarchy whose changes are kept. */
export const KEPT_KINDS = {
  imagepolicies: "policy",
  workspaces: "workspace",
  imagepolicyexceptions: "exception",
  accesspolicies: "access",
} as const satisfies Partial<Record<ResourcePlural, ChangedKind>>;

export type KeptPlural = keyof typeof KEPT_KINDS;

type KeptObject = HierarchyObject<MemberSpec & { workspace?: string; state?: string }>;

/**
 * Writes down what became of an object, once for each generation of it, whoever does so first: who changed it stands in the object. Whoever
 * changes something by Lectern does so before the change is answered; the controller does for all others, and after a crash: where it `mayBeWritten` that
 * is asked first, which is less than to read all changes of the organization.
 */
export async function recordChange(
  context: PolicyContext,
  plural: KeptPlural,
  object: KeptObject,
  { isDeleted = false, mayBeWritten = false }: { isDeleted?: boolean; mayBeWritten?: boolean } = {},
): Promise<void> {
  const { spec, metadata } = object;
  const id = `${metadata.uid ?? ""}.${isDeleted ? "deleted" : String(metadata.generation ?? 1)}`;
  if (mayBeWritten && (await context.store.get("policychanges", id))) return;
  const user = authorOf(object, isDeleted);
  await writeChange(context, {
    id,
    address: placeOf(plural, spec),
    kind: KEPT_KINDS[plural],
    of: plural === "accesspolicies" ? (spec.workspace ?? spec.organization) : spec.name,
    action: actionOf(plural, object, isDeleted),
    ...(user !== undefined && { user }),
    ...(!isDeleted && { state: spec }),
  });
}

/** A change, before it is counted. */
export interface NewChange {
  id: string;
  address: { organization: string; workspace?: string };
  kind: ChangedKind;
  of: string;
  from?: string;
  action: string;
  user?: string;
  state?: object;
}

/** Writes one change down, unless that was done already; takes the oldest away where there are too many. */
export async function writeChange(
  { store }: PolicyContext,
  { id, address, kind, of, from, action, user, state }: NewChange,
): Promise<void> {
  const [parent, kept] = await Promise.all([
    store.get<unknown>("organizations", address.organization),
    store.list<ChangeSpec>("policychanges", address.organization, "written"),
  ]);
  if (!parent) return;
  if (kept.some(({ metadata }) => metadata.name === id)) return;
  const earlier = kept.filter(({ spec }) => isSameThing(spec, { ...address, kind, of }));
  const spec: ChangeSpec = {
    ...address,
    name: id,
    kind,
    of,
    ...(from !== undefined && { from }),
    revision: Math.max(0, ...earlier.map((change) => change.spec.revision)) + 1,
    action,
    time: new Date().toISOString(),
    ...(user !== undefined && { user }),
    ...(state && { state: JSON.stringify(state) }),
  };
  const at: PolicyAddress = { ...address, name: id };
  const object = newObject("policychanges", at, { spec, owner: ownedBy(parent) });
  object.metadata.name = id;
  if (!(await store.create("policychanges", object))) return;
  for (const name of tooMany([...kept, object])) await store.remove("policychanges", name);
}

/** Whether two changes are of the same thing. */
export function isSameThing(
  left: Pick<ChangeSpec, "kind" | "of" | "workspace">,
  right: Pick<ChangeSpec, "kind" | "of" | "workspace">,
): boolean {
  // A namespace goes from one workspace to another and stays the same.
  return (
    left.kind === right.kind &&
    left.of === right.of &&
    (left.kind === "namespace" || left.workspace === right.workspace)
  );
}

function tooMany(changes: ChangeObject[]): string[] {
  let characters = 0;
  const newer: ChangeSpec[] = [];
  return changes
    .toSorted((left, right) => (left.spec.time < right.spec.time ? 1 : -1))
    .filter(({ spec }, index) => {
      characters += spec.state?.length ?? 0;
      const isNewest = !newer.some((one) => isSameThing(one, spec));
      newer.push(spec);
      // What made a thing that is there what it is would be written down anew, as if it were made now.
      if (isNewest && spec.state !== undefined && index < MOST_KEPT) return false;
      return index > 0 && (index >= MAX_CHANGES || characters > MAX_STATE_CHARACTERS);
    })
    .map(({ metadata }) => metadata.name ?? "");
}

/** A workspace is a place itself. */
function placeOf(plural: KeptPlural, { organization, workspace, name }: KeptObject["spec"]) {
  const place = plural === "workspaces" ? name : workspace;
  return { organization, ...(place !== undefined && { workspace: place }) };
}

function actionOf(plural: KeptPlural, { spec, metadata }: KeptObject, isDeleted: boolean): string {
  if (isDeleted) return "deleted";
  if (plural === "imagepolicyexceptions") return (spec.state ?? "changed").toLowerCase();
  return (metadata.generation ?? 1) === 1 ? "created" : "changed";
}
