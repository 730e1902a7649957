import { withDeadline } from "../../../kubernetes/node/deadline.js";
import { toPolicyError } from "../cluster-client.js";
import type { PolicyContext } from "../context.js";
import { POLICY_ERROR, PolicyError } from "../errors.js";
import type { ManagedClusterObject } from "../records.js";
import { letClusterGo } from "./hold-cluster.js";
import { clusterUid } from "./install-member.js";
import { memberContext } from "./on-cluster.js";
import { takeEngineAway } from "./take-engine-away.js";

/** An API server that is there answers one question within milliseconds. */
const LOOK_DEADLINE_MS = 5000;

/** Of hundreds of namespaces, each with some calls to a cluster that is far away. */
const CLEAR_DEADLINE_MS = 120_000;

/**
 * Takes the engine out of a member that is being detached, forgets its kubeconfig, and lets its object go; may be repeated. `opened` where the member
 * is at hand. Throws POLICY_CLUSTER_UNREACHABLE, POLICY_IN_USE where its address leads to another cluster by now, and what that cluster refuses.
 */
export async function clearMember(
  home: PolicyContext,
  cluster: ManagedClusterObject,
  { opened, signal }: { opened?: PolicyContext | undefined; signal?: AbortSignal } = {},
): Promise<void> {
  const member = opened ?? (await memberContext(home, cluster));
  const uid = await within(LOOK_DEADLINE_MS, signal, () => clusterUid(member.client));
  if (uid !== cluster.spec.member?.uid)
    throw new PolicyError(
      POLICY_ERROR.inUse,
      "Its address leads to another cluster than was attached, where nothing is taken away.",
    );
  await within(CLEAR_DEADLINE_MS, signal, () => takeEngineAway(home, member, cluster));
  await giveUpMember(home, cluster);
}

/** Forgets a member as it is: its kubeconfig and its object. */
export async function giveUpMember(home: PolicyContext, cluster: ManagedClusterObject): Promise<void> {
  await home.members.forget(cluster.metadata);
  await letClusterGo(home, cluster);
}

async function within<T>(
  deadlineMs: number,
  signal: AbortSignal | undefined,
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await withDeadline(deadlineMs, signal, work);
  } catch (error) {
    throw toPolicyError(error);
  }
}
