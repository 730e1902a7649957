import { valueProblem } from "../common/field-problems.js";
import { pauseAfterConflict } from "../../kubernetes/node/conflict-pause.js";
import type { AccessPolicy, AccessPolicyList } from "../common/access-api.js";
import {
  type BindingDelta,
  type BoundRoles,
  changeBindings,
  type Identity,
  isSubject,
  type Permissions,
  permissionsOf,
  type RoleBinding,
  roleBindings,
  rolesFor,
} from "../common/roles.js";
import type { Scope } from "./bring-into-force.js";
import type { PolicyContext } from "./context.js";
import { POLICY_ERROR, PolicyError } from "./errors.js";
import { findOrganization, requireWorkspace } from "./find.js";
import { signed } from "./history/author.js";
import { recordChange } from "./history/record-change.js";
import { removeSigned } from "./history/remove-signed.js";
import { type HierarchyObject, type MemberSpec, newObject, objectName, ownedBy } from "./records.js";
import { metaView } from "./views.js";
import { LECTERN_USER } from "./write-options.js";

/** The bindings of one place as they are stored. */
export interface AccessPolicySpec extends MemberSpec {
  workspace?: string;
  roleBindings: RoleBinding[];
}

type AccessPolicyObject = HierarchyObject<AccessPolicySpec>;

/** There is one of each place, so its name says nothing. */
const NAME = "access";

/** Those who change bindings of one place at the same time take turns this often. */
const MAX_ATTEMPTS = 5;

/** What whoever asks may do in the organization. Bindings of a place that is gone count for nothing, also in one that later has its name. */
export async function readPermissions(
  { store }: PolicyContext,
  organization: string,
  identity: Identity,
): Promise<Permissions> {
  const stored = await store.list<AccessPolicySpec>("accesspolicies", organization);
  const own = stored.filter(({ spec }) =>
    bindingsOf(spec).some(({ subjects }) => subjects.some((each) => isSubject(identity, each))),
  );
  if (own.length === 0) return permissionsOf(identity, []);
  const [parent, workspaces] = await Promise.all([
    store.get<unknown>("organizations", organization),
    store.list("workspaces", organization),
  ]);
  const living = new Set([parent, ...workspaces].map((object) => object?.metadata.uid));
  const places = own
    .filter(({ metadata }) => (metadata.ownerReferences ?? []).some(({ uid }) => living.has(uid)))
    .map(({ spec }): BoundRoles => ({
      ...(spec.workspace !== undefined && { workspace: spec.workspace }),
      roleBindings: bindingsOf(spec),
    }));
  return permissionsOf(identity, places);
}

/** The bindings that bear on a place: a workspace inherits the organization's. Throws POLICY_NOT_FOUND. */
export async function listAccessPolicies(context: PolicyContext, scope: Scope): Promise<AccessPolicyList> {
  const { organization, workspace } = scope;
  const inherited = workspace === undefined ? [] : [await accessPolicyOf(context, { organization })];
  return { policyList: [...inherited, await accessPolicyOf(context, scope)] };
}

/** Adds bindings to a place and takes others from it. Throws POLICY_INVALID, POLICY_NOT_FOUND, POLICY_CONFLICT. */
export async function changeAccessPolicy(
  context: PolicyContext,
  scope: Scope,
  { deltas, user }: { deltas: readonly BindingDelta[]; user?: string },
): Promise<AccessPolicy> {
  requireFittingRoles(
    scope,
    deltas.filter(({ op }) => op === "ADD"),
  );
  return changeAccess(context, scope, { next: (bindings) => changeBindings(bindings, deltas), user });
}

/** Puts other bindings in the place of all that a place has of its own. Throws POLICY_INVALID, POLICY_NOT_FOUND, POLICY_CONFLICT. */
export async function replaceAccessPolicy(
  context: PolicyContext,
  scope: Scope,
  { roleBindings: wanted, user }: { roleBindings: readonly RoleBinding[]; user?: string },
): Promise<AccessPolicy> {
  requireFittingRoles(scope, wanted);
  return changeAccess(context, scope, { next: () => changeBindings(wanted, []), user });
}

/** Where the place itself goes. */
export async function removeAccessPolicy(context: PolicyContext, scope: Scope, user: string): Promise<void> {
  await removeSigned(context, "accesspolicies", { name: objectName({ ...scope, name: NAME }), user });
}

/** Makes of the bindings of a place others. */
export async function changeAccess(
  context: PolicyContext,
  scope: Scope,
  {
    next,
    user = LECTERN_USER,
  }: { next: (bindings: RoleBinding[]) => RoleBinding[]; user?: string | undefined },
): Promise<AccessPolicy> {
  const parent = await requirePlace(context, scope);
  for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
    const found = await find(context, scope);
    // One that was left by a place of the same name binds nobody, and is replaced whole.
    const current = found && isOf(found, parent) ? found : undefined;
    const wanted = roleBindings.safeParse(next(current ? bindingsOf(current.spec) : []));
    if (!wanted.success) throw new PolicyError(POLICY_ERROR.invalid, valueProblem(wanted.error.issues));
    const address = { ...scope, name: NAME };
    const object = newObject<AccessPolicySpec>("accesspolicies", address, {
      spec: { ...address, roleBindings: wanted.data },
      owner: ownedBy(parent),
    });
    const { resourceVersion } = found?.metadata ?? {};
    if (resourceVersion !== undefined) object.metadata.resourceVersion = resourceVersion;
    const own = signed(object, user, { ...(found && { current: found }) });
    const stored = await (found
      ? context.store.replace("accesspolicies", own)
      : context.store.create("accesspolicies", own));
    if (!stored) {
      await pauseAfterConflict(attempt);
      continue;
    }
    await recordChange(context, "accesspolicies", stored);
    return view(scope, stored);
  }
  const message = `the roles on ${describe(scope)} were changed by others ${String(MAX_ATTEMPTS)} times meanwhile; try again`;
  throw new PolicyError(POLICY_ERROR.conflict, message);
}

async function accessPolicyOf(context: PolicyContext, scope: Scope): Promise<AccessPolicy> {
  const parent = await requirePlace(context, scope);
  const found = await find(context, scope);
  return view(scope, found && isOf(found, parent) ? found : undefined);
}

function requirePlace(context: PolicyContext, { organization, workspace }: Scope) {
  return workspace === undefined
    ? findOrganization(context, organization)
    : requireWorkspace(context, organization, workspace);
}

function find(context: PolicyContext, scope: Scope): Promise<AccessPolicyObject | undefined> {
  return context.store.get<AccessPolicySpec>("accesspolicies", objectName({ ...scope, name: NAME }));
}

function isOf({ metadata }: AccessPolicyObject, parent: HierarchyObject<unknown>): boolean {
  return (metadata.ownerReferences ?? []).some(({ uid }) => uid === parent.metadata.uid);
}

function view(scope: Scope, stored: AccessPolicyObject | undefined): AccessPolicy {
  const { organization, workspace } = scope;
  return {
    fullName: workspace === undefined ? { orgId: organization } : { workspaceName: workspace },
    meta: metaView(stored?.metadata ?? {}),
    roleBindings: stored ? bindingsOf(stored.spec) : [],
  };
}

/** What somebody wrote by hand and is no binding gives nobody anything. */
function bindingsOf({ roleBindings: stored }: AccessPolicySpec): RoleBinding[] {
  const parsed = roleBindings.safeParse(stored);
  return parsed.success ? parsed.data : [];
}

function requireFittingRoles({ workspace }: Scope, bindings: readonly Pick<RoleBinding, "role">[]): void {
  const fitting = rolesFor(workspace === undefined ? "organization" : "workspace");
  const wrong = bindings.find(({ role }) => !fitting.includes(role));
  if (!wrong) return;
  const message = `the role ${wrong.role} is bound on the organization; on a workspace bind workspace.view, workspace.edit or workspace.admin`;
  throw new PolicyError(POLICY_ERROR.invalid, message, { fields: [{ path: "role", message }] });
}

function describe({ workspace }: Scope): string {
  return workspace === undefined ? "the organization" : `workspace "${workspace}"`;
}
