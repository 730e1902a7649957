import { createHash } from "node:crypto";

import { toSecond } from "../../common/exception.js";
import type { EffectivePolicy } from "../../common/effective.js";
import type { ClusterSync } from "../../common/cluster-api.js";
import type { PolicyContext } from "../context.js";
import { listEffectivePolicies, listPoliciesAndExceptions } from "../effective-policies.js";
import { toEffective } from "../records.js";
import type { ManagedClusterObject, StoredSync } from "../records.js";

/** What ought to be in force on every cluster of an organization. */
export interface Wanted {
  /** Of the home cluster, before the policies were read. */
  version: string;
  /** Of the policies with the exceptions that hold: the same for the same policies, whoever reads them. */
  digest: string;
}

/** Reads what ought to be in force now. */
export async function readWanted({ store }: PolicyContext, organization: string): Promise<Wanted> {
  const version = await store.currentVersion();
  return { version, digest: digestOf(await listEffectivePolicies(store, organization)) };
}

export function digestOf(policies: EffectivePolicy[]): string {
  const texts = policies.map((policy) => JSON.stringify(policy)).toSorted();
  return createHash("sha256").update(texts.join("\n")).digest("hex").slice(0, 32);
}

/** How far a member is, as written down by the leading server and held against what ought to be in force. */
export function memberSync({ metadata, status }: ManagedClusterObject, wanted: Wanted): ClusterSync {
  if (metadata.deletionTimestamp !== undefined) return leaving(new Date(metadata.deletionTimestamp), status);
  if (!status) return { state: "Syncing" };
  const { state, since, version, namespaces, message, admitsUntil } = status;
  const isOld = state === "InForce" && status.digest !== wanted.digest;
  return {
    state: isOld ? "Behind" : state,
    ...(version !== undefined && { version }),
    // When it fell behind is not known to whoever compares.
    ...(!isOld && { since }),
    ...(namespaces !== undefined && { namespaces }),
    ...(isOld && { message: "policies were changed, and are being brought into force there" }),
    ...(!isOld && message !== undefined && { message }),
    ...(state !== "InForce" && admitsUntil !== undefined && { admitsUntil }),
  };
}

/** The message is what the server that leads met last, or of before, where the cluster was away. */
function leaving(since: Date, status: StoredSync | undefined): ClusterSync {
  const { state, version, namespaces, message } = status ?? {};
  const isStuck = state === "Detaching" || state === "Unreachable";
  return {
    state: "Detaching",
    since: toSecond(since),
    ...(version !== undefined && { version }),
    ...(namespaces !== undefined && { namespaces }),
    ...(isStuck && message !== undefined && { message }),
  };
}

/** How far the home cluster is: each of its policies says so itself. */
export async function homeSync(
  { store }: PolicyContext,
  organization: string,
  wanted: Wanted,
): Promise<ClusterSync> {
  const { policies } = await listPoliciesAndExceptions(store, organization);
  const open = policies
    .filter((policy) => toEffective(policy) !== undefined)
    .filter(({ metadata, status }) => !status?.inForce || status.observedGeneration !== metadata.generation);
  if (open.length === 0) return { state: "InForce", version: wanted.version };
  const names = open.map(({ spec }) => spec.name).join(", ");
  return { state: "Behind", message: `policies that are not in force yet: ${names}` };
}

/** Now, as it is written down. */
export const now = (): string => toSecond(new Date());
