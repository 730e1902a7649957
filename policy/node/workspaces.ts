import type { OrganizationView, WorkspaceView } from "../common/tmc-api.js";
import { removeAccessPolicy } from "./access-policies.js";
import { managedNamespaces } from "./bring-into-force.js";
import type { PolicyContext } from "./context.js";
import { POLICY_ERROR, PolicyError } from "./errors.js";
import { findOrganization, requireWorkspace } from "./find.js";
import { type FleetNamespaces, nameOnFleet } from "./fleet/fleet-namespaces.js";
import { askFleet, askWholeFleet } from "./fleet/on-cluster.js";
import { signed } from "./history/author.js";
import { recordChange } from "./history/record-change.js";
import { removeSigned } from "./history/remove-signed.js";
import { workspaceOf } from "./namespaces.js";
import {
  type HierarchyObject,
  type ImagePolicySpec,
  type MemberSpec,
  newObject,
  objectName,
  ownedBy,
} from "./records.js";
import { shownOfOrganization, shownOnFleet } from "./shown-namespaces.js";
import { workspaceView } from "./views.js";
import { LECTERN_USER, type WriteOptions } from "./write-options.js";

export async function getOrganization(
  context: PolicyContext,
  organization: string,
): Promise<OrganizationView> {
  await findOrganization(context, organization);
  const [workspaces, policies, namespaces] = await Promise.all([
    context.store.list("workspaces", organization),
    context.store.list("imagepolicies", organization),
    askFleet(context, organization, (each) => shownOfOrganization(each, organization)),
  ]);
  return {
    fullName: { name: organization, orgId: organization },
    workspaces: workspaces.length,
    policies: policies.length,
    namespaces: namespaces.answers.reduce((sum, { answer }) => sum + answer.length, 0),
  };
}

export interface NewWorkspace {
  name: string;
  description?: string;
  labels?: Record<string, string>;
}

/** Throws POLICY_EXISTS. */
export async function createWorkspace(
  context: PolicyContext,
  { organization, ...workspace }: NewWorkspace & { organization: string },
  { dryRun = false, user = LECTERN_USER }: WriteOptions = {},
): Promise<WorkspaceView> {
  const { name } = workspace;
  const parent = await findOrganization(context, organization);
  const spec: MemberSpec = { organization, ...workspace };
  const unsigned = newObject("workspaces", { organization, name }, { spec, owner: ownedBy(parent) });
  const object = signed(unsigned, user);
  const empty = { policies: 0, namespaces: [] };
  const isTaken = (await context.store.get("workspaces", objectName({ organization, name }))) !== undefined;
  if (dryRun && !isTaken) return workspaceView(object, empty);
  const stored = isTaken ? undefined : await context.store.create("workspaces", object);
  if (!stored) throw new PolicyError(POLICY_ERROR.exists, `workspace "${name}" already exists`);
  await recordChange(context, "workspaces", stored);
  return workspaceView(stored, empty);
}

export async function getWorkspace(
  context: PolicyContext,
  organization: string,
  name: string,
): Promise<WorkspaceView> {
  return viewOf(context, await requireWorkspace(context, organization, name));
}

export async function listWorkspaces(context: PolicyContext, organization: string): Promise<WorkspaceView[]> {
  const [stored, policies, namespaces] = await Promise.all([
    context.store.list<MemberSpec>("workspaces", organization),
    context.store.list<ImagePolicySpec>("imagepolicies", organization),
    shownOnFleet(context, { organization }),
  ]);
  const names = namesByWorkspace(namespaces);
  return stored.map((workspace) => viewAmong(workspace, policies, names));
}

/** Deletes an empty workspace and the policies set on it. Throws POLICY_IN_USE while namespaces are attached. */
export async function deleteWorkspace(
  context: PolicyContext,
  { organization, name }: { organization: string; name: string },
  { dryRun = false, user = LECTERN_USER }: WriteOptions = {},
): Promise<void> {
  await requireWorkspace(context, organization, name);
  const scope = { organization, workspace: name };
  const answers = await askWholeFleet(context, organization, (each) => managedNamespaces(each, scope));
  const attached = answers.flatMap(({ context: on, answer }) => answer.map((each) => nameOnFleet(on, each)));
  if (attached.length > 0) {
    const names = attached.join(", ");
    const message = `workspace "${name}" still has namespaces (${names}); detach or move them first`;
    throw new PolicyError(POLICY_ERROR.inUse, message);
  }
  if (dryRun) return;
  for (const policy of await policiesOf(context, organization, name)) {
    await removeSigned(context, "imagepolicies", { name: policy.metadata.name ?? "", user });
  }
  await removeAccessPolicy(context, { organization, workspace: name }, user);
  await removeSigned(context, "workspaces", { name: objectName({ organization, name }), user });
}

async function viewOf(context: PolicyContext, workspace: HierarchyObject): Promise<WorkspaceView> {
  const { organization, name } = workspace.spec;
  const [policies, namespaces] = await Promise.all([
    context.store.list<ImagePolicySpec>("imagepolicies", organization),
    shownOnFleet(context, { organization, workspace: name }),
  ]);
  return viewAmong(workspace, policies, namesByWorkspace(namespaces));
}

function viewAmong(
  workspace: HierarchyObject,
  policies: HierarchyObject<ImagePolicySpec>[],
  namespaces: ReadonlyMap<string | undefined, string[]>,
): WorkspaceView {
  const { name } = workspace.spec;
  return workspaceView(workspace, {
    policies: policies.filter(({ spec }) => spec.workspace === name).length,
    namespaces: namespaces.get(name) ?? [],
  });
}

/** Sorted out once, as there may be thousands of both. */
function namesByWorkspace({ found }: FleetNamespaces): Map<string | undefined, string[]> {
  const names = new Map<string | undefined, string[]>();
  for (const { context, namespace } of found) {
    const workspace = workspaceOf(namespace);
    const own = names.get(workspace) ?? [];
    own.push(nameOnFleet(context, namespace));
    names.set(workspace, own);
  }
  return names;
}

async function policiesOf({ store }: PolicyContext, organization: string, workspace: string) {
  const stored = await store.list<ImagePolicySpec>("imagepolicies", organization);
  return stored.filter(({ spec }) => spec.workspace === workspace);
}
