import { LRUCache } from "lru-cache";

import type { ChangedKind } from "../../common/history-api.js";
import type { PolicyContext } from "../context.js";
import type { ResourcePlural } from "../custom-resource-definitions.js";
import { type HierarchyObject, type MemberSpec, newObject, ownedBy, type PolicyAddress } from "../records.js";
import { authorOf, revisionOf } from "./author.js";
import { type ChangeSpec, readKept, removeOldest, revisionAfter } from "./kept-changes.js";

/** Kinds of the hierarchy whose changes are kept. */
export const KEPT_KINDS = {
  imagepolicies: "policy",
  workspaces: "workspace",
  imagepolicyexceptions: "exception",
  accesspolicies: "access",
} as const satisfies Partial<Record<ResourcePlural, ChangedKind>>;

export type KeptPlural = keyof typeof KEPT_KINDS;

/** Changes that were written down here lately, by the service or the controller of this process. Their ids hold uids, so that none is of two clusters. */
const written = new LRUCache<string, true>({ max: 1000 });

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
  { isDeleted = false, mayBeWritten = false, organization }: HowRecorded = {},
): Promise<void> {
  const { spec, metadata } = object;
  const id = `${metadata.uid ?? ""}.${isDeleted ? "deleted" : String(metadata.generation ?? 1)}`;
  if (mayBeWritten && (await isWritten(context, id))) return;
  const user = authorOf(object, isDeleted);
  const revision = isDeleted ? undefined : revisionOf(object);
  const change = {
    id,
    address: placeOf(plural, spec),
    kind: KEPT_KINDS[plural],
    of: plural === "accesspolicies" ? (spec.workspace ?? spec.organization) : spec.name,
    action: actionOf(plural, object, isDeleted),
    ...(user !== undefined && { user }),
    ...(revision !== undefined && { revision }),
    ...(!isDeleted && { state: spec }),
  };
  await writeChange(context, change, organization);
}

async function isWritten({ store }: PolicyContext, id: string): Promise<boolean> {
  return written.has(id) || (await store.get("policychanges", id)) !== undefined;
}

interface HowRecorded {
  isDeleted?: boolean;
  mayBeWritten?: boolean;
  /** Read instead where it is not at hand; a change of one that is gone goes with it. */
  organization?: HierarchyObject<unknown>;
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
  /** Its number, where that is known: then nobody waits for the changes that are kept to be read, which may be a megabyte. */
  revision?: number;
}

/** Writes one change down, unless that was done already; takes the oldest away where there are too many. */
export async function writeChange(
  context: PolicyContext,
  change: NewChange,
  organization?: HierarchyObject<unknown>,
): Promise<void> {
  const { store } = context;
  const { id, address, kind, of, from, action, user, state, revision } = change;
  const [parent, kept] = await Promise.all([
    organization ?? store.get<unknown>("organizations", address.organization),
    revision === undefined ? readKept(store, address.organization) : [],
  ]);
  if (!parent) return;
  if (kept.some(({ metadata }) => metadata.name === id)) return;
  const spec: ChangeSpec = {
    ...address,
    name: id,
    kind,
    of,
    ...(from !== undefined && { from }),
    revision: revision ?? revisionAfter(kept, { ...address, kind, of }),
    action,
    time: new Date().toISOString(),
    ...(user !== undefined && { user }),
    ...(state && { state: JSON.stringify(state) }),
  };
  const at: PolicyAddress = { ...address, name: id };
  const object = newObject("policychanges", at, { spec, owner: ownedBy(parent) });
  object.metadata.name = id;
  const created = await store.create("policychanges", object);
  written.set(id, true);
  if (!created) return;
  if (revision !== undefined) context.history.trimSoon(address.organization);
  else await removeOldest(store, [...kept, object]);
}

/** The number of the next change of a policy, from those that are kept. */
export async function nextRevision(
  context: PolicyContext,
  { name, ...address }: PolicyAddress,
): Promise<number> {
  const kept = await readKept(context.store, address.organization);
  return revisionAfter(kept, { ...address, kind: "policy", of: name });
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
