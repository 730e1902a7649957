import { toSecond } from "../../common/exception.js";
import type { Change, ChangedKind } from "../../common/history-api.js";
import type { Scope } from "../bring-into-force.js";
import type { PolicyContext } from "../context.js";
import { POLICY_ERROR, PolicyError } from "../errors.js";
import { requireWorkspace } from "../find.js";
import { type ChangeObject, type ChangeSpec, isSameThing } from "./kept-changes.js";

/** What is asked for: of a workspace, or of the organization itself where it is absent; with `everywhere` of all. */
export interface HistoryQuery extends Scope {
  everywhere?: boolean;
  kind?: ChangedKind;
  name?: string;
}

/** The changes that are kept, newest first, each with what was before it. Throws POLICY_NOT_FOUND for a workspace that is not there and never was. */
export async function listHistory(
  context: PolicyContext,
  { organization, workspace, everywhere = false, kind, name }: HistoryQuery,
): Promise<Change[]> {
  const stored = await context.store.list<ChangeSpec>("policychanges", organization);
  if (workspace !== undefined && !stored.some(({ spec }) => spec.workspace === workspace))
    await requireWorkspace(context, organization, workspace);
  const changes = changesOf(stored).filter(
    (change) => (kind === undefined || change.kind === kind) && (name === undefined || change.name === name),
  );
  if (everywhere) return changes;
  const moves = new Map(stored.map(({ spec }) => [spec.name, spec.from]));
  return changes.flatMap((change) => {
    if (change.workspaceName === workspace) return [change];
    return workspace !== undefined && moves.get(change.id) === workspace
      ? [departure(change, workspace)]
      : [];
  });
}

/** A move as the workspace that was left shows it: where the namespace is now is the business of whoever may see that. */
function departure(change: Change, workspace: string): Change {
  return { ...change, workspaceName: workspace, action: "moved away", after: null, isRestorable: false };
}

/** One change. Throws POLICY_NOT_FOUND. */
export async function getChange(context: PolicyContext, scope: Scope, id: string): Promise<Change> {
  const found = (await listHistory(context, scope)).find((change) => change.id === id);
  if (found) return found;
  const place = scope.workspace === undefined ? "the organization" : `workspace "${scope.workspace}"`;
  const message = `no change ${id} of ${place} is kept; the history lists those that are`;
  throw new PolicyError(POLICY_ERROR.notFound, message);
}

/** What there was nothing before. */
const BEGINNINGS = ["created", "requested", "attached"];

function changesOf(stored: ChangeObject[]): Change[] {
  const byVersion = stored.map(({ spec }) => spec).toSorted((left, right) => left.revision - right.revision);
  return byVersion
    .map((spec, index) => {
      const before = byVersion.slice(0, index).findLast((other) => isSameThing(other, spec));
      return view(spec, before);
    })
    .toSorted(newestFirst);
}

function view(spec: ChangeSpec, before: ChangeSpec | undefined): Change {
  const { name: id, revision, kind, of: name, workspace, action, time, user, state } = spec;
  const isFirst = revision === 1 && BEGINNINGS.includes(action);
  return {
    id,
    revision,
    kind,
    name,
    ...(workspace !== undefined && { workspaceName: workspace }),
    action,
    time,
    user: user ?? "",
    via: user === undefined ? "cluster" : "lectern",
    ...(before && { before: parse(before.state) }),
    ...(!before && isFirst && { before: null }),
    after: parse(state),
    isRestorable: isRestorable(spec, toSecond(new Date())),
  };
}

/** Whether there is something to restore; an exception that was to end before `now` would except nothing. */
export function isRestorable({ kind, state }: Pick<ChangeSpec, "kind" | "state">, now: string): boolean {
  // A cluster is attached by its kubeconfig, which is not kept here.
  if (state === undefined || kind === "cluster") return false;
  if (kind !== "exception") return true;
  const { expires } = parse(state) as { expires?: string };
  return expires !== undefined && now < expires;
}

function newestFirst(left: Change, right: Change): number {
  if (left.time !== right.time) return left.time < right.time ? 1 : -1;
  return right.revision - left.revision;
}

function parse(state: string | undefined): object | null {
  return state === undefined ? null : (JSON.parse(state) as object);
}
