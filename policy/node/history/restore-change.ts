import type { Change } from "../../common/history-api.js";
import { changeAccess } from "../access-policies.js";
import type { Scope } from "../bring-into-force.js";
import type { PolicyContext } from "../context.js";
import { POLICY_ERROR, PolicyError } from "../errors.js";
import { requestException } from "../exceptions.js";
import { requireNamespace } from "../find.js";
import { onCluster } from "../fleet/on-cluster.js";
import { attachNamespace, updateNamespace, workspaceOf } from "../namespaces.js";
import { createPolicy, updatePolicy } from "../policies.js";
import { type ExceptionObject, type ImagePolicySpec, type MemberSpec, objectName } from "../records.js";
import { createWorkspace } from "../workspaces.js";
import { exceptionView } from "../views.js";
import { LECTERN_USER, type WriteOptions } from "../write-options.js";
import { getChange } from "./read-history.js";
import { namespaceOf } from "./record-namespace.js";

/**
 * Makes what was changed what it was after the change; resolves when that is in force. It is a change itself, so that it can be taken back as well.
 * Throws POLICY_NOT_FOUND, POLICY_IN_USE where there is nothing to restore, and what the same change by hand would.
 */
export async function restoreChange(
  context: PolicyContext,
  scope: Scope,
  { id, ...options }: { id: string } & WriteOptions,
): Promise<Change> {
  const change = await getChange(context, scope, id);
  if (!change.isRestorable || change.after === null) throw notRestorable(change);
  await RESTORE[change.kind](context, { scope, change, state: change.after }, options);
  return change;
}

interface Restoring {
  scope: Scope;
  change: Change;
  state: object;
}

type Restore = (context: PolicyContext, what: Restoring, options: WriteOptions) => Promise<unknown>;

const RESTORE: Record<Change["kind"], Restore> = {
  policy: restorePolicy,
  workspace: (context, { scope, state }, options) => {
    const { name, description, labels } = state as MemberSpec;
    const wanted = { name, ...(description && { description }), ...(labels && { labels }) };
    return createWorkspace(context, { organization: scope.organization, ...wanted }, options);
  },
  namespace: restoreNamespace,
  access: (context, { scope, state }, options) => {
    const { roleBindings } = state as { roleBindings: never[] };
    return options.dryRun === true
      ? Promise.resolve()
      : changeAccess(context, scope, { next: () => roleBindings, user: options.user });
  },
  exception: restoreException,
  cluster: (_context, { change }) => Promise.reject(notRestorable(change)),
};

async function restorePolicy(
  context: PolicyContext,
  { scope, state }: Restoring,
  options: WriteOptions,
): Promise<unknown> {
  const { organization, name, workspace: _place, description, labels, ...spec } = state as ImagePolicySpec;
  const meta = { ...(description && { description }), ...(labels && { labels }) };
  const manifest = { fullName: { name }, meta, spec };
  const address = { ...scope, organization, name };
  const isThere = (await context.store.get("imagepolicies", objectName(address))) !== undefined;
  return isThere
    ? updatePolicy(context, address, manifest, options)
    : createPolicy(context, scope, manifest, options);
}

async function restoreNamespace(
  context: PolicyContext,
  { scope: { organization }, change: { name }, state }: Restoring,
  options: WriteOptions,
): Promise<unknown> {
  const { workspace, cluster } = state as { workspace: string; cluster: string };
  const { namespace } = namespaceOf(name);
  const address = { organization, cluster, namespace };
  const there = await onCluster(context, organization, cluster);
  const now = workspaceOf(await requireNamespace(there, organization, namespace));
  return now === undefined
    ? attachNamespace(there, { ...address, workspace }, options)
    : updateNamespace(there, address, { workspace, ...options });
}

/** Asks for it anew, in the name of whoever restores it: another grants it. */
function restoreException(
  context: PolicyContext,
  { scope, state }: Restoring,
  { user = LECTERN_USER, dryRun = false }: WriteOptions,
): Promise<unknown> {
  const { fullName, spec } = exceptionView({ metadata: {}, spec: state } as ExceptionObject);
  return requestException(context, scope, {
    input: { fullName: { name: fullName.name }, spec },
    user,
    dryRun,
  });
}

function notRestorable({ kind, name, action, after }: Change): PolicyError {
  const why =
    kind === "cluster"
      ? "clusters are attached by their kubeconfig, which the history does not keep; attach it again"
      : after === null
        ? `it was ${action} by it; restore the change before`
        : "its expiry has passed; ask for another with one to come";
  return new PolicyError(POLICY_ERROR.inUse, `this change of ${kind} "${name}" cannot be restored: ${why}`);
}
