import { valueProblem } from "../../common/field-problems.js";
import { resourceName } from "../../common/manifest.js";
import type { ClusterView } from "../../common/cluster-api.js";
import { createClusterClient, type ClusterClient } from "../cluster-client.js";
import { getCluster } from "../clusters.js";
import type { PolicyContext } from "../context.js";
import { POLICY_ERROR, PolicyError } from "../errors.js";
import { findOrganization } from "../find.js";
import { signed } from "../history/author.js";
import {
  type ManagedClusterObject,
  type ManagedClusterSpec,
  newObject,
  objectName,
  ownedBy,
} from "../records.js";
import { enforceStored, recordStored } from "../stored-change.js";
import { LECTERN_USER, type WriteOptions } from "../write-options.js";
import { isAllowedAddress } from "./allowed-addresses.js";
import { held, isDetaching, letClusterGo } from "./hold-cluster.js";
import { bringMemberUp, clusterUid } from "./install-member.js";
import { MAX_KUBECONFIG_CHARACTERS, readMemberKubeconfig } from "./member-kubeconfig.js";
import { recordMembership } from "./record-membership.js";

/** Each costs the leading server some watches and connections that stay open. */
export const MAX_MEMBERS = 20;

/** Of all organizations together, on one Lectern. */
const MAX_MEMBERS_OF_ALL = 200;

const DONE = "The cluster is attached";

export interface NewCluster {
  organization: string;
  name: string;
  description?: string;
  /** As the organization has it; absent for a cluster that the operator gives under the name. */
  kubeconfig?: string;
}

/**
 * Puts the engine into a further cluster and registers it: from then on its attached namespaces follow the organization's policies. One that is attached
 * under this name already is given the kubeconfig in place of its own. Throws POLICY_INVALID,
 * POLICY_FORBIDDEN for an address that the operator does not allow, POLICY_EXISTS, POLICY_IN_USE for a cluster of another Lectern, POLICY_NOT_IN_FORCE
 * where it is attached and cannot be asked any more, and what the cluster itself refuses.
 */
export async function attachCluster(
  context: PolicyContext,
  cluster: NewCluster,
  { dryRun = false, user = LECTERN_USER }: WriteOptions = {},
): Promise<ClusterView> {
  const { organization, name, description } = cluster;
  requireName(name);
  const parent = await findOrganization(context, organization);
  const address = { organization, name };
  const { client, operator } = await openNew(context, cluster);
  const [uid, home] = await Promise.all([clusterUid(client), clusterUid(context.client)]);
  const known = await context.store.get<ManagedClusterSpec>("managedclusters", objectName(address));
  if (known && isDetaching(known)) throw leaving(name);
  if (known && cluster.kubeconfig !== undefined && isSame(known.spec, uid))
    return renew(context, known as ManagedClusterObject, { client, home, cluster, dryRun, user });
  await requireNew(context, address, { uid, home, isShared: operator !== undefined });
  const server = client.kubeConfig.getCurrentCluster()?.server ?? "";
  const spec: ManagedClusterSpec = {
    ...address,
    ...(description && { description }),
    member: { uid, server, ...(operator !== undefined && { operator }) },
  };
  const made = newObject("managedclusters", address, { spec, owner: ownedBy(parent) });
  const object = held(made as ManagedClusterObject);
  if (dryRun) return { ...(await getCluster(context, organization, name, object)) };
  await bringMemberUp(client, { home, uid });
  const stored = await context.store.create("managedclusters", signed(object as typeof made, user));
  if (!stored) throw exists(name);
  await keepKubeconfig(context, stored as ManagedClusterObject, cluster.kubeconfig);
  const attached = stored as ManagedClusterObject;
  await recordStored(context, DONE, () => recordMembership(context, attached, { user, action: "attached" }));
  return enforceStored(DONE, () => getCluster(context, organization, name));
}

/** Without it the cluster is not attached. */
async function keepKubeconfig(
  context: PolicyContext,
  stored: ManagedClusterObject,
  kubeconfig: string | undefined,
): Promise<void> {
  if (kubeconfig === undefined) return;
  const name = objectName(stored.spec);
  const owner = { organization: stored.spec.organization, uid: stored.metadata.uid ?? "" };
  try {
    await context.members.keep(name, kubeconfig, owner);
  } catch (error) {
    await context.store.remove("managedclusters", name);
    await letClusterGo(context, stored);
    throw error;
  }
}

/** Whether it is the cluster that the organization attached by a kubeconfig of its own. */
function isSame({ member }: ManagedClusterSpec, uid: string): boolean {
  return member?.uid === uid && member.operator === undefined;
}

/** Takes the kubeconfig in place of the one before, whose credentials may have run out; all else stays. */
async function renew(
  context: PolicyContext,
  known: ManagedClusterObject,
  how: { client: ClusterClient; home: string; cluster: NewCluster; dryRun: boolean; user: string },
): Promise<ClusterView> {
  const { client, home, cluster, dryRun, user } = how;
  const { organization, name } = cluster;
  if (!dryRun) {
    await bringMemberUp(client, { home, uid: known.spec.member?.uid ?? "" });
    const owner = { organization, uid: known.metadata.uid ?? "" };
    await context.members.keep(objectName({ organization, name }), cluster.kubeconfig ?? "", owner);
    context.logger.info({ organization, cluster: name, user }, "the kubeconfig of a cluster was renewed");
  }
  return getCluster(context, organization, name);
}

async function openNew(
  { members }: PolicyContext,
  { name, kubeconfig }: NewCluster,
): Promise<{ client: ClusterClient; operator?: string }> {
  if (kubeconfig === undefined) {
    const given = members.given.get(name);
    if (given) return { client: await createClusterClient(given), operator: name };
    const known = [...members.given.keys()];
    const instead =
      known.length === 0 ? "The operator gives none" : `The operator gives ${known.toSorted().join(", ")}`;
    throw invalid(
      `no kubeconfig was given, and the operator gives no cluster "${name}". ${instead}; say --kubeconfig FILE for one of your own`,
    );
  }
  if (kubeconfig.length > MAX_KUBECONFIG_CHARACTERS)
    throw invalid(`it is longer than ${String(MAX_KUBECONFIG_CHARACTERS)} characters`);
  const read = await readMemberKubeconfig(kubeconfig);
  const server = read.getCurrentCluster()?.server ?? "";
  if (!isAllowedAddress(server, members.allowed))
    throw new PolicyError(
      POLICY_ERROR.forbidden,
      `This Lectern attaches no cluster at ${new URL(server).host}: the server would call an address that its operator has not allowed. The operator allows it with "lectern serve --allow-cluster ${new URL(server).host}".`,
    );
  return { client: await createClusterClient(read) };
}

async function requireNew(
  { store }: PolicyContext,
  { organization, name }: { organization: string; name: string },
  { uid, home, isShared }: { uid: string; home: string; isShared: boolean },
): Promise<void> {
  if (uid === home)
    throw new PolicyError(
      POLICY_ERROR.exists,
      "this is the cluster that holds the policies; it is registered already, see it with: tmc cluster list",
    );
  const clusters = await store.list<ManagedClusterSpec>("managedclusters");
  const own = clusters.filter(({ spec }) => spec.organization === organization);
  if (own.some(({ spec }) => spec.name === name)) throw exists(name);
  const same = clusters.filter(({ spec }) => spec.member?.uid === uid);
  const mine = same.find(({ spec }) => spec.organization === organization);
  if (mine && isDetaching(mine)) throw leaving(mine.spec.name);
  if (mine) throw new PolicyError(POLICY_ERROR.exists, `this is cluster "${mine.spec.name}" already`);
  // What the operator gives may be shared: there only namespaces that are labelled for an organization are its own.
  if (same.some(({ spec }) => !isShared || spec.member?.operator === undefined))
    throw new PolicyError(POLICY_ERROR.exists, "this cluster is attached to another organization");
  if (own.filter(({ spec }) => spec.member).length >= MAX_MEMBERS)
    throw invalid(`an organization may attach ${String(MAX_MEMBERS)} clusters at most`);
  if (clusters.filter(({ spec }) => spec.member).length >= MAX_MEMBERS_OF_ALL)
    throw invalid(
      `this Lectern has ${String(MAX_MEMBERS_OF_ALL)} attached clusters already, which is all it takes`,
    );
}

function requireName(name: string): void {
  const { error } = resourceName.safeParse(name);
  if (!error) return;
  const detail = valueProblem(error.issues);
  throw new PolicyError(
    POLICY_ERROR.invalid,
    `The name ${JSON.stringify(name)} cannot be used: it ${detail}.`,
    {
      fields: [{ path: "cluster.fullName.name", message: detail }],
    },
  );
}

function exists(name: string): PolicyError {
  return new PolicyError(POLICY_ERROR.exists, `cluster "${name}" is registered already`);
}

function leaving(name: string): PolicyError {
  return new PolicyError(
    POLICY_ERROR.exists,
    `this is cluster "${name}", which is being detached; attach it when it is gone from "tmc cluster list", or forget it as it is with: tmc cluster detach ${name} --force`,
  );
}

function invalid(message: string): PolicyError {
  return new PolicyError(POLICY_ERROR.invalid, `The cluster cannot be attached: ${message}.`, {
    fields: [{ path: "kubeconfig", message }],
  });
}
