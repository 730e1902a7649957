import type { V1Namespace } from "@kubernetes/client-node";

import type { PolicyManifest } from "../common/manifest.js";
import type { PolicyView } from "../common/tmc-api.js";
import { atHand, type Bounded, fitsInPlaceOf, put, readBounded } from "./bounds.js";
import { type AtHand, bringIntoForceAtOnce, managedNamespaces, placeOf } from "./bring-into-force.js";
import type { PolicyContext } from "./context.js";
import { revisionOf, signed } from "./history/author.js";
import { recordChange } from "./history/record-change.js";
import type { KnownScope } from "./known-scopes.js";
import { selectFor } from "./namespace-parameters.js";
import {
  type ExceptionObjectSpec,
  type HierarchyObject,
  type ImagePolicyObject,
  type ImagePolicySpec,
  type PolicyAddress,
  toEffective,
} from "./records.js";
import { enforceStored, followStored } from "./stored-change.js";
import { policyVersion, policyView } from "./views.js";

interface Saved {
  stored: ImagePolicyObject;
  bounded: Bounded;
  /** Absent where something that bears on the namespaces is not what it was when it was read. */
  hand?: AtHand;
  organization?: HierarchyObject<unknown> | undefined;
}

const STORED = "The policy is stored";

/** Brings a policy that is stored into force and writes down the change, as `followStored` says. */
export async function enforceAndRecord(
  context: PolicyContext,
  address: PolicyAddress,
  { stored, bounded, hand = atHand(context, bounded, stored), organization }: Saved,
): Promise<PolicyView> {
  const record = async () => {
    const parent = organization ?? (await context.store.get<unknown>("organizations", address.organization));
    if (parent) await recordChange(context, "imagepolicies", stored, { organization: parent });
    return parent;
  };
  const enforce = () => bringIntoForceAtOnce(context, placeOf(address), hand);
  const { enforced, recorded } = await followStored(context, { done: STORED, enforce, record });
  if (hand.policies && recorded)
    context.scopes.note(placeOf(address), {
      stored: { ...bounded.stored, policies: put(bounded.stored.policies, stored) },
      namespaces: hand.namespaces,
      made: hand.policies,
      organization: recorded,
    });
  const status = inForce(stored, enforced);
  context.statuses.writeSoon(stored, status);
  return policyView({ ...stored, status });
}

interface Edit {
  manifest: PolicyManifest;
  user: string;
}

/**
 * Replaces what a policy demands with what is known since the last change of its place: only what is small is read, while the policy is written. Resolves to
 * `undefined`, with nothing done, where too little is known, the policy is no longer what it was, or it might no longer fit.
 */
export async function replaceKnownPolicy(
  context: PolicyContext,
  address: PolicyAddress,
  { manifest, user }: Edit,
): Promise<PolicyView | undefined> {
  const scope = placeOf(address);
  const known = context.scopes.get(scope);
  const before = context.client.parameters.now;
  const current = known && newestOf(context, address, known);
  if (!known || !current) return undefined;
  const revision = revisionOf(current);
  const expected = manifest.meta?.resourceVersion || policyVersion(current);
  if (revision === undefined || expected !== policyVersion(current)) return undefined;
  const unsigned: ImagePolicyObject = { ...current, spec: specOf(address, manifest) };
  const next = signed(unsigned, user, { current, revision: revision + 1 });
  if (!fitsInPlaceOf(next, current)) return undefined;
  const reading = Promise.all([
    managedNamespaces(context, scope, { mayBeStale: true }),
    context.store.list<ExceptionObjectSpec>("imagepolicyexceptions", address.organization, "seen"),
  ]);
  const [replaced, read] = await Promise.allSettled([context.store.replace("imagepolicies", next), reading]);
  if (replaced.status === "rejected") throw replaced.reason;
  const stored = replaced.value;
  if (!stored) return undefined;
  if (read.status === "rejected") return enforceUnread(context, address, stored);
  const [namespaces, exceptions] = read.value;
  const found = namespaces.map((namespace) => ({ context, namespace }));
  const bounded = { stored: { ...known.stored, exceptions }, found, known: before };
  const isAsKnown = isSame(namespaces, known.namespaces) && isSame(exceptions, known.stored.exceptions);
  const { policies, ...rest } = atHand(context, bounded, stored);
  const hand = { ...rest, ...(isAsKnown && policies && { policies }) };
  return enforceAndRecord(context, address, { stored, bounded, hand, organization: known.organization });
}

/** A policy that is stored, while what else bears on its namespaces could not be read: it is asked for once more. */
async function enforceUnread(
  context: PolicyContext,
  address: PolicyAddress,
  stored: ImagePolicyObject,
): Promise<PolicyView> {
  const bounded = await enforceStored(STORED, () => readBounded(context, placeOf(address)));
  return enforceAndRecord(context, address, { stored, bounded });
}

function newestOf(
  { store }: PolicyContext,
  { name, workspace }: PolicyAddress,
  { stored }: KnownScope,
): ImagePolicyObject | undefined {
  const policy = stored.policies.find(({ spec }) => spec.name === name && spec.workspace === workspace);
  return policy && (store.newestRead(policy.metadata.uid ?? "") as ImagePolicyObject | undefined);
}

function isSame(left: Versioned[], right: Versioned[]): boolean {
  const versions = new Set(right.map(versionOf));
  return left.length === right.length && left.every((object) => versions.has(versionOf(object)));
}

interface Versioned {
  metadata?: { uid?: string; resourceVersion?: string };
}

function versionOf({ metadata }: Versioned): string {
  return `${metadata?.uid ?? ""}/${metadata?.resourceVersion ?? ""}`;
}

/** What a policy of this manifest is stored as. */
export function specOf(
  { organization, workspace, name }: PolicyAddress,
  { spec, meta }: PolicyManifest,
): ImagePolicySpec {
  return {
    organization,
    name,
    ...(workspace !== undefined && { workspace }),
    ...(meta?.description && { description: meta.description }),
    ...(meta?.labels && { labels: meta.labels }),
    ...spec,
  };
}

/** The status of a policy that is in force in these namespaces. */
export function inForce(stored: ImagePolicyObject, namespaces: V1Namespace[]) {
  const { generation } = stored.metadata;
  return {
    inForce: true,
    namespaces: countConcerned(namespaces, stored),
    ...(generation !== undefined && { observedGeneration: generation }),
  };
}

/** How many of the namespaces a policy bears on. */
export function countConcerned(namespaces: V1Namespace[], stored: ImagePolicyObject): number {
  const policy = toEffective(stored);
  if (!policy) return 0;
  return namespaces.filter((namespace) => selectFor(namespace, [policy]).selected.length > 0).length;
}
