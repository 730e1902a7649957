import { toPolicyError } from "../cluster-client.js";
import type { PolicyContext } from "../context.js";
import { withDeadline } from "../../../kubernetes/node/deadline.js";
import { POLICY_ERROR, PolicyError } from "../errors.js";
import { requireCluster } from "../find.js";
import { isDetaching } from "./hold-cluster.js";
import type { Freshness } from "../list-no-older.js";
import type { ManagedClusterObject, ManagedClusterSpec } from "../records.js";

/** How long one cluster of several may take to answer before the others are shown without it. */
const MEMBER_DEADLINE_MS = 3000;

/**
 * The context of one cluster of the organization. One that is known not to answer is not asked again, so that nobody waits for it. Throws
 * POLICY_NOT_FOUND, POLICY_CLUSTER_UNREACHABLE.
 */
export async function onCluster(
  context: PolicyContext,
  organization: string,
  cluster: string,
): Promise<PolicyContext> {
  return openContext(context, await requireCluster(context, organization, cluster));
}

/** The same of a cluster at hand. */
export async function openContext(
  home: PolicyContext,
  cluster: ManagedClusterObject,
): Promise<PolicyContext> {
  if (!cluster.spec.member) return home;
  requireReachable(cluster);
  return memberContext(home, cluster);
}

/** The context of a member, whatever is known of how it is. */
export async function memberContext(
  home: PolicyContext,
  cluster: ManagedClusterObject,
): Promise<PolicyContext> {
  const { name, organization, member } = cluster.spec;
  const place = { cluster: name, organization, isOpen: member?.operator === undefined };
  return { ...home, client: await home.members.open(cluster), place };
}

function requireReachable(cluster: ManagedClusterObject): void {
  const { spec, status } = cluster;
  if (isDetaching(cluster))
    throw new PolicyError(
      POLICY_ERROR.inUse,
      `The cluster ${spec.name} is being detached, so nothing is changed on it any more.`,
    );
  if (status?.state !== "Unreachable") return;
  throw new PolicyError(
    POLICY_ERROR.clusterUnreachable,
    `The cluster ${spec.name} has not answered since ${status.since} (${status.message ?? "no reason is known"}). What was in force there stays in force; nothing can be changed on it until it is back, and "tmc cluster get ${spec.name}" says when it is.`,
  );
}

/** The members of an organization, but for those that are being detached: their namespaces are let go. */
export async function membersOf(
  { store }: PolicyContext,
  organization: string,
  freshness: Freshness = "exact",
): Promise<ManagedClusterObject[]> {
  const clusters = await store.list<ManagedClusterSpec>("managedclusters", organization, freshness);
  return (clusters as ManagedClusterObject[]).filter(
    (cluster) => cluster.spec.member && !isDetaching(cluster),
  );
}

/** What each cluster answered, and the names of those that did not. */
export interface FleetAnswer<T> {
  answers: { context: PolicyContext; answer: T }[];
  unreachable: string[];
}

/**
 * Asks the home cluster and every member of the organization side by side. A member that is away or slow is left out and named; what the home cluster
 * throws is thrown. `freshness` is that of the list of members.
 */
export async function askFleet<T>(
  home: PolicyContext,
  organization: string,
  ask: (context: PolicyContext) => Promise<T>,
  freshness: Freshness = "exact",
): Promise<FleetAnswer<T>> {
  const asked = ask(home);
  // Waited for below, after the members are known.
  asked.catch(() => undefined);
  const members = await membersOf(home, organization, freshness);
  const unreachable: string[] = [];
  const askMember = async (member: ManagedClusterObject) => {
    try {
      return await withDeadline(MEMBER_DEADLINE_MS, undefined, async () => {
        const context = await openContext(home, member);
        return [{ context, answer: await ask(context) }];
      });
    } catch (error) {
      unreachable.push(member.spec.name);
      const reason = toPolicyError(error).message;
      home.logger.warn({ cluster: member.spec.name, reason }, "a cluster did not answer");
      return [];
    }
  };
  const answers = await Promise.all(members.map(askMember));
  return {
    answers: [{ context: home, answer: await asked }, ...answers.flat()],
    unreachable: unreachable.toSorted(),
  };
}

/** The same where nothing may be left out. Throws POLICY_CLUSTER_UNREACHABLE. */
export async function askWholeFleet<T>(
  home: PolicyContext,
  organization: string,
  ask: (context: PolicyContext) => Promise<T>,
): Promise<FleetAnswer<T>["answers"]> {
  const { answers, unreachable } = await askFleet(home, organization, ask);
  if (unreachable.length === 0) return answers;
  throw new PolicyError(
    POLICY_ERROR.clusterUnreachable,
    `Not every cluster answered (${unreachable.join(", ")}), and what is there is needed for this. Try again when they are back, or take them off: tmc cluster detach NAME --force.`,
  );
}
