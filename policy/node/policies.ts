import type { V1Namespace } from "@kubernetes/client-node";
import type { ZodError } from "zod";

import { WORKSPACE_LABEL } from "../common/engine-names.js";
import { toSecond } from "../common/exception.js";
import { fieldProblems } from "../common/field-problems.js";
import { type PolicyManifest, policyManifest } from "../common/manifest.js";
import type { PolicyView } from "../common/tmc-api.js";
import { readBounded, requireWithinBounds } from "./bounds.js";
import { bringIntoForce, placeOf, type Scope } from "./bring-into-force.js";
import type { PolicyContext } from "./context.js";
import { listPoliciesAndExceptions } from "./effective-policies.js";
import { POLICY_ERROR, PolicyError } from "./errors.js";
import { findOrganization, requireWorkspace } from "./find.js";
import { authorOf, revisionOf, signed } from "./history/author.js";
import { nextRevision } from "./history/record-change.js";
import { removeSigned } from "./history/remove-signed.js";
import { isLookedAt, type PolicyStatuses } from "./policy-statuses.js";
import {
  type ExceptionObject,
  type ExceptionObjectSpec,
  type HierarchyObject,
  type ImagePolicyObject,
  type ImagePolicySpec,
  isExceptionOf,
  newObject,
  objectName,
  ownedBy,
  type PolicyAddress,
  toEffective,
  withExceptions,
} from "./records.js";
import { countConcerned, enforceAndRecord, inForce, replaceKnownPolicy, specOf } from "./save-policy.js";
import { shownOnFleet } from "./shown-namespaces.js";
import { keyProblem } from "./verify/cosign-signature.js";
import { enforceStored } from "./stored-change.js";
import { policyVersion, policyView } from "./views.js";
import { LECTERN_USER, type WriteOptions } from "./write-options.js";

/** The status of a policy is written while it is changed, by controllers; each of them does so once for a change. */
const REPLACE_ATTEMPTS = 5;

/** Reads a manifest; `scope` wins over what it says about its place. Throws POLICY_INVALID with the fields. */
export function parseManifest(input: unknown): PolicyManifest {
  const parsed = policyManifest.safeParse(input);
  if (!parsed.success) throw invalidManifest("policy", parsed.error);
  requireKeys(parsed.data);
  return parsed.data;
}

/** Whether a text has the form of a key anybody can see; whether it is one takes cryptography. */
function requireKeys({ spec }: PolicyManifest): void {
  const fields = (spec.input.authorities ?? []).flatMap(({ key }, index) => {
    const message = key === undefined ? undefined : keyProblem(key);
    return message === undefined ? [] : [{ path: `spec.input.authorities.${index}.key`, message }];
  });
  if (fields.length === 0) return;
  const list = fields.map(({ path, message }) => `${path}: ${message}`).join("; ");
  throw new PolicyError(POLICY_ERROR.invalid, `The policy is not valid: ${list}`, { fields });
}

/** Stores a new policy and resolves when it is in force. Throws POLICY_EXISTS, POLICY_INVALID, POLICY_NOT_FOUND, POLICY_NOT_IN_FORCE. */
export async function createPolicy(
  context: PolicyContext,
  scope: Scope,
  input: unknown,
  options: WriteOptions = {},
): Promise<PolicyView> {
  const manifest = parseManifest(input);
  const address = { ...scope, name: manifest.fullName.name };
  const parent = await findParent(context, scope);
  const unsigned = newObject("imagepolicies", address, {
    spec: specOf(address, manifest),
    owner: ownedBy(parent),
  });
  const [existing, bounded, revision] = await Promise.all([
    context.store.get("imagepolicies", objectName(address)),
    readBounded(context, scope),
    nextRevision(context, address),
  ]);
  const object = signed(unsigned, options.user ?? LECTERN_USER, { revision });
  if (existing) throw policyExists(address);
  requireWithinBounds(bounded, { policy: object });
  if (options.dryRun) return policyView(object);
  const stored = await context.store.create("imagepolicies", object);
  if (!stored) throw policyExists(address);
  return enforceAndRecord(context, address, { stored, bounded });
}

/**
 * Replaces what a policy demands; resolves when the change is in force. With `meta.resourceVersion` it is refused where the policy demands
 * something else by now than it did at that version. Throws POLICY_CONFLICT, POLICY_INVALID, POLICY_NOT_FOUND, POLICY_NOT_IN_FORCE.
 */
export async function updatePolicy(
  context: PolicyContext,
  address: PolicyAddress,
  input: unknown,
  options: WriteOptions = {},
): Promise<PolicyView> {
  const manifest = parseManifest(input);
  const { user = LECTERN_USER, dryRun = false } = options;
  const saved = dryRun ? undefined : await replaceKnownPolicy(context, address, { manifest, user });
  if (saved) return saved;
  let expected = manifest.meta?.resourceVersion || undefined;
  for (let attempt = 0; attempt < REPLACE_ATTEMPTS; attempt++) {
    const [current, bounded] = await Promise.all([
      requirePolicy(context, address),
      readBounded(context, placeOf(address)),
    ]);
    expected ??= policyVersion(current);
    if (expected !== policyVersion(current)) break;
    const unsigned: ImagePolicyObject = { ...current, spec: specOf(address, manifest) };
    const made = revisionOf(current);
    const revision = made === undefined ? await nextRevision(context, address) : made + 1;
    const next = signed(unsigned, user, { current, revision });
    requireWithinBounds(bounded, { policy: next });
    if (dryRun) return policyView(next);
    const stored = await context.store.replace("imagepolicies", next);
    if (!stored) continue;
    return enforceAndRecord(context, address, { stored, bounded });
  }
  throw changedMeanwhile(address);
}

export async function getPolicy(context: PolicyContext, address: PolicyAddress): Promise<PolicyView> {
  const stored = await context.statuses.readWritten(
    () => requirePolicy(context, address),
    (policy) => [policy],
  );
  const [{ found }, exceptions] = await Promise.all([
    shownOnFleet(context, placeOf(address)),
    context.store.list<ExceptionObjectSpec>("imagepolicyexceptions", address.organization),
  ]);
  return viewAmong(
    { namespaces: found.map(({ namespace }) => namespace), exceptions },
    stored,
    context.statuses,
  );
}

/** Policies set on exactly this scope, or with `everywhere` on the organization and all of its workspaces. */
export async function listPolicies(
  context: PolicyContext,
  scope: Scope & { everywhere?: boolean },
): Promise<PolicyView[]> {
  if (scope.workspace !== undefined) await requireWorkspace(context, scope.organization, scope.workspace);
  const { organization } = scope;
  const [{ policies, exceptions }, { found }] = await Promise.all([
    context.statuses.readWritten(
      () => listPoliciesAndExceptions(context.store, organization),
      (listed) => listed.policies.filter((policy) => toEffective(policy) !== undefined),
    ),
    shownOnFleet(context, { organization }),
  ]);
  const namespaces = found.map(({ namespace }) => namespace);
  const byWorkspace = partition(namespaces);
  return policies
    .filter(({ spec }) => scope.everywhere === true || spec.workspace === scope.workspace)
    .filter((object) => toEffective(object) !== undefined)
    .map((object) => {
      const { workspace } = object.spec;
      const among = workspace === undefined ? namespaces : (byWorkspace.get(workspace) ?? []);
      return viewAmong({ namespaces: among, exceptions }, object, context.statuses);
    });
}

/** By the workspaces they are in: of thousands of namespaces few concern one policy. */
function partition(namespaces: V1Namespace[]): Map<string | undefined, V1Namespace[]> {
  const parts = new Map<string | undefined, V1Namespace[]>();
  for (const namespace of namespaces) {
    const workspace = namespace.metadata?.labels?.[WORKSPACE_LABEL];
    const part = parts.get(workspace) ?? [];
    part.push(namespace);
    parts.set(workspace, part);
  }
  return parts;
}

/** Resolves when the policy no longer refuses anything. Throws POLICY_NOT_FOUND. */
export async function deletePolicy(
  context: PolicyContext,
  address: PolicyAddress,
  options: WriteOptions = {},
): Promise<void> {
  const policy = await requirePolicy(context, address);
  if (options.dryRun) return;
  const { exceptions } = await listPoliciesAndExceptions(context.store, address.organization);
  const user = options.user ?? LECTERN_USER;
  const wasThere = await removeSigned(context, "imagepolicies", { name: objectName(address), user });
  if (!wasThere) throw policyNotFound(address);
  await enforceStored("The policy is deleted", async () => {
    for (const { metadata } of exceptions.filter((each) => isExceptionOf(each, policy)))
      await removeSigned(context, "imagepolicyexceptions", { name: metadata.name ?? "", user });
    await bringIntoForce(context, placeOf(address));
  });
}

/** Brings a policy into force in the home cluster and writes that down in the policy itself; how far the others are, they say themselves. */
export async function enforce(
  context: PolicyContext,
  address: PolicyAddress,
  stored: ImagePolicyObject,
): Promise<void> {
  const namespaces = await bringIntoForce(context, placeOf(address));
  const status = { ...inForce(stored, namespaces), ...seenChange(stored) };
  await context.store.setStatus("imagepolicies", stored.metadata.name ?? "", status);
}

/** When a policy was changed in the cluster itself, which is seen when it is looked at first: it does not say so itself. */
export function seenChange(stored: ImagePolicyObject): { changedAt?: string } {
  const isNews = authorOf(stored, false) === undefined && !isLookedAt(stored);
  return isNews ? { changedAt: toSecond(new Date()) } : {};
}

/** Namespaces come, go and change their labels without the policy's stored status being written again. */
function viewAmong(
  { namespaces, exceptions }: { namespaces: V1Namespace[]; exceptions: ExceptionObject[] },
  stored: ImagePolicyObject,
  statuses: PolicyStatuses,
): PolicyView {
  const [policy] = withExceptions([stored], exceptions, toSecond(new Date()));
  const view = policyView(statuses.withSeen(stored), policy?.exceptions?.length ?? 0);
  return { ...view, status: { ...view.status, namespaces: countConcerned(namespaces, stored) } };
}

async function findParent(context: PolicyContext, scope: Scope): Promise<HierarchyObject<unknown>> {
  if (scope.workspace !== undefined) return requireWorkspace(context, scope.organization, scope.workspace);
  return findOrganization(context, scope.organization);
}

/** Throws POLICY_NOT_FOUND. */
export async function requirePolicy(
  context: PolicyContext,
  address: PolicyAddress,
): Promise<ImagePolicyObject> {
  const found = await context.store.get<ImagePolicySpec>("imagepolicies", objectName(address));
  if (!found) throw policyNotFound(address);
  return found;
}

/** Names the fields that are wrong, as far as anybody reads them. */
export function invalidManifest(what: "policy" | "exception", error: ZodError): PolicyError {
  const { fields, text } = fieldProblems(error.issues, "manifest");
  return new PolicyError(POLICY_ERROR.invalid, `The ${what} is not valid: ${text}`, { fields });
}

function describe({ workspace, name }: PolicyAddress): string {
  return `image policy "${name}" in ${workspace === undefined ? "the organization" : `workspace "${workspace}"`}`;
}

function policyNotFound(address: PolicyAddress): PolicyError {
  return new PolicyError(POLICY_ERROR.notFound, `${describe(address)} not found`);
}

function policyExists(address: PolicyAddress): PolicyError {
  return new PolicyError(POLICY_ERROR.exists, `${describe(address)} already exists`);
}

function changedMeanwhile(address: PolicyAddress): PolicyError {
  return new PolicyError(
    POLICY_ERROR.conflict,
    `${describe(address)} was changed by someone else meanwhile; load it again and repeat the change`,
  );
}
