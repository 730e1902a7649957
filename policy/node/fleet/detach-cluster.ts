import type { Detachment } from "../../common/cluster-api.js";
import { managedNamespaces } from "../bring-into-force.js";
import { toPolicyError } from "../cluster-client.js";
import type { PolicyContext } from "../context.js";
import { POLICY_ERROR, PolicyError } from "../errors.js";
import { requireCluster } from "../find.js";
import { type ManagedClusterObject, objectName } from "../records.js";
import { recordStored } from "../stored-change.js";
import { LECTERN_USER, type WriteOptions } from "../write-options.js";
import { clearMember, giveUpMember } from "./clear-member.js";
import { isDetaching } from "./hold-cluster.js";
import { openContext } from "./on-cluster.js";
import { recordMembership } from "./record-membership.js";

/**
 * Takes a cluster off and the engine out of it. Where that cannot be done now, its object stays, `Detaching`, and whichever server leads does it as soon
 * as it can. With `force` also one that has namespaces; and one that does not answer, or could not be cleared before, is forgotten: the policies of now stay in
 * force there. Throws POLICY_NOT_FOUND, POLICY_IN_USE, POLICY_CLUSTER_UNREACHABLE.
 */
export async function detachCluster(
  context: PolicyContext,
  { organization, name }: { organization: string; name: string },
  { dryRun = false, user = LECTERN_USER, force = false }: WriteOptions & { force?: boolean } = {},
): Promise<Detachment> {
  const cluster = await requireCluster(context, organization, name);
  requireAttached(cluster);
  if (!force && !isDetaching(cluster)) await requireEmpty(context, cluster);
  if (dryRun) return isAway(cluster) && force ? forgotten(context, cluster) : { state: "Detached" };
  if (!isDetaching(cluster)) await markDetached(context, cluster, user);
  const reason = await clear(context, cluster);
  if (reason === undefined) return { state: "Detached" };
  if (force && (isAway(cluster) || isDetaching(cluster))) {
    await giveUpMember(context, cluster);
    return forgotten(context, cluster);
  }
  const message = `cluster "${name}" is being detached: ${reason} Lectern takes the engine out of it as soon as it can. To forget it as it is: tmc cluster detach ${name} --force`;
  return { state: "Detaching", message };
}

/** Nothing is changed on it from here on; its object stays until it is cleared. */
async function markDetached(
  context: PolicyContext,
  cluster: ManagedClusterObject,
  user: string,
): Promise<void> {
  await context.store.remove("managedclusters", objectName(cluster.spec));
  const record = () => recordMembership(context, cluster, { user, action: "detached" });
  await recordStored(context, "The cluster is detached", record);
}

/** Resolves to why it could not be done. Also where no server leads; the one that does has the last word, and tries again. */
async function clear(context: PolicyContext, cluster: ManagedClusterObject): Promise<string | undefined> {
  try {
    await clearMember(context, cluster);
    return undefined;
  } catch (error) {
    const reason = toPolicyError(error).message;
    context.logger.warn({ cluster: cluster.spec.name, reason }, "a cluster was detached and not yet cleared");
    return reason.endsWith(".") ? reason : `${reason}.`;
  }
}

function isAway({ status }: ManagedClusterObject): boolean {
  return status?.state === "Unreachable";
}

function forgotten(context: PolicyContext, cluster: ManagedClusterObject): Detachment {
  const { spec, status } = cluster;
  const { namespaces = 0, version } = status ?? {};
  const policies = version === undefined ? "what it was told last" : `the policies as of version ${version}`;
  const judged = `its API server goes on judging ${namespaces === 1 ? "1 attached namespace" : `${String(namespaces)} attached namespaces`} by ${policies}`;
  const lease =
    context.members.leaseMs === undefined ? "" : " and admits nothing new there once its lease is over";
  const begun = isDetaching(cluster)
    ? "; but where Lectern had begun to take the engine out of it, nothing is judged there any more"
    : "";
  return {
    state: "Forgotten",
    message: `cluster "${spec.name}" is forgotten as it was: ${judged}${lease}, until it is attached again or "lectern uninstall --kubeconfig FILE" takes that away${begun}`,
  };
}

function requireAttached({ spec: { name, member } }: ManagedClusterObject): void {
  if (member) return;
  throw new PolicyError(
    POLICY_ERROR.inUse,
    `cluster "${name}" is the home of the policies and goes with its organization; only clusters that were attached are detached`,
  );
}

async function requireEmpty(context: PolicyContext, cluster: ManagedClusterObject): Promise<void> {
  const { organization, name } = cluster.spec;
  const found = await managedNamespaces(await openContext(context, cluster), { organization });
  if (found.length === 0) return;
  const names = found.map(({ metadata }) => metadata?.name ?? "").join(", ");
  throw new PolicyError(
    POLICY_ERROR.inUse,
    `cluster "${name}" still has attached namespaces (${names}); detach them first, or all at once with --force`,
  );
}
