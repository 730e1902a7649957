import {
  CLUSTER_LABEL,
  ENGINE_NAMES,
  MANAGED_LABEL,
  ORGANIZATION_LABEL,
  WORKSPACE_LABEL,
} from "../../common/engine-names.js";
import { removeReport } from "../audit/audit-namespace.js";
import { organizationNamespaces } from "../bring-into-force.js";
import { type ClusterClient, orUndefined } from "../cluster-client.js";
import type { PolicyContext } from "../context.js";
import { ENGINE_NAMESPACE } from "../engine-namespace.js";
import { deleteParameters } from "../namespace-parameters.js";
import { isDetaching } from "./hold-cluster.js";
import { wasMadeFor } from "./own-namespace.js";
import type { ManagedClusterObject, ManagedClusterSpec } from "../records.js";

/**
 * Lets the namespaces of an organization on a member go, and takes the engine out of the cluster where nobody else of this Lectern has it attached. One
 * policy that judges nothing stays, for the API server's sake. Stops where somebody attaches the cluster anew meanwhile, which another server that was done before
 * has let them. Throws `PolicyError`.
 */
export async function takeEngineAway(
  home: PolicyContext,
  member: PolicyContext,
  cluster: ManagedClusterObject,
): Promise<void> {
  const claims = () => claimsOn(home, cluster);
  const { organization } = cluster.spec;
  // What is there is that one's.
  const isAnew = async () => (await claims()).some((each) => each.spec.organization === organization);
  const isNobodys = async () => (await claims()).length === 0;
  if (await isAnew()) return;
  await removeEngine(member.client, isNobodys);
  for (const namespace of await organizationNamespaces(member, organization)) {
    if (await isAnew()) return;
    const name = namespace.metadata?.name ?? "";
    if (namespace.metadata?.labels?.[MANAGED_LABEL] === "true") await letGo(member, name);
    if (wasMadeFor(organization, namespace)) await orUndefined(member.client.core.deleteNamespace({ name }));
  }
  if (await isNobodys()) await orUndefined(member.client.core.deleteNamespace({ name: ENGINE_NAMESPACE }));
}

/** The other objects by which the cluster is attached; those that are being detached as well claim nothing any more. */
async function claimsOn(
  { store }: PolicyContext,
  { metadata, spec }: ManagedClusterObject,
): Promise<ManagedClusterObject[]> {
  const clusters = (await store.list<ManagedClusterSpec>("managedclusters")) as ManagedClusterObject[];
  return clusters.filter(
    (each) =>
      each.spec.member?.uid === spec.member?.uid && !isDetaching(each) && each.metadata.uid !== metadata.uid,
  );
}

/** Bindings first: nothing is refused for want of parameters while they go. Asked before each, since others come and go meanwhile. */
async function removeEngine({ objects }: ClusterClient, may: () => Promise<boolean>): Promise<void> {
  const names = Object.values(ENGINE_NAMES).filter((name) => name !== ENGINE_NAMES.parameterReader);
  for (const kind of ["ValidatingAdmissionPolicyBinding", "ValidatingAdmissionPolicy"])
    for (const name of names) {
      if (!(await may())) return;
      const object = { apiVersion: "admissionregistration.k8s.io/v1", kind, metadata: { name } };
      await orUndefined<unknown>(objects.delete(object));
    }
}

async function letGo(member: PolicyContext, namespace: string): Promise<void> {
  const isOpen = member.place?.isOpen === true;
  const labels = {
    [MANAGED_LABEL]: null,
    [WORKSPACE_LABEL]: null,
    [CLUSTER_LABEL]: null,
    ...(isOpen && { [ORGANIZATION_LABEL]: null }),
  };
  const { core, mergePatch } = member.client;
  await orUndefined(core.patchNamespace({ name: namespace, body: { metadata: { labels } } }, mergePatch));
  await deleteParameters(member.client, namespace);
  await removeReport(member, namespace);
}
