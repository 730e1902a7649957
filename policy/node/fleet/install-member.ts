import { POLICY_GROUP } from "../../common/engine-names.js";
import { type ClusterClient, isConflict, orUndefined, toPolicyError } from "../cluster-client.js";
import { ENGINE_NAMESPACE } from "../engine-namespace.js";
import { POLICY_ERROR, PolicyError } from "../errors.js";
import { installMemberEngine } from "../install.js";

/** On the engine's namespace of a member: the uid of the cluster whose policies it follows. */
const HOME_ANNOTATION = "policy.lectern.dev/home";

const ORGANIZATIONS = `organizations.${POLICY_GROUP}`;

/** What tells a cluster from all others. Throws POLICY_CLUSTER_UNREACHABLE, POLICY_CLUSTER_REFUSED. */
export async function clusterUid({ core }: ClusterClient): Promise<string> {
  try {
    const { metadata } = await core.readNamespace({ name: "kube-system" });
    return metadata?.uid ?? "";
  } catch (error) {
    throw toPolicyError(error);
  }
}

export interface MemberInstallation {
  /** The uid of the home cluster, and that of the member as it was attached. */
  home: string;
  uid: string;
  version?: string;
  signal?: AbortSignal;
}

/**
 * Puts the engine into a member, or brings it up to date. Throws POLICY_IN_USE where the cluster follows another Lectern or is another than was attached,
 * and what `installMemberEngine` throws.
 */
export async function bringMemberUp(
  client: ClusterClient,
  { home, uid, ...options }: MemberInstallation,
): Promise<void> {
  if ((await clusterUid(client)) !== uid)
    throw inUse("Its address leads to another cluster than was attached; detach it and attach it again.");
  await claim(client, home);
  await installMemberEngine(client, options);
}

/** One cluster follows the policies of one other: two would overwrite each other's parameters for ever. */
async function claim({ core, objects, mergePatch }: ClusterClient, home: string): Promise<void> {
  const annotations = { [HOME_ANNOTATION]: home };
  const found = await orUndefined(core.readNamespace({ name: ENGINE_NAMESPACE }));
  const follows = found?.metadata?.annotations?.[HOME_ANNOTATION];
  if (follows === home) return;
  if (follows !== undefined) throw inUse(`It follows the policies of another Lectern already. ${TAKE_AWAY}`);
  const definition = {
    apiVersion: "apiextensions.k8s.io/v1",
    kind: "CustomResourceDefinition",
    metadata: { name: ORGANIZATIONS },
  };
  if (await orUndefined(objects.read(definition)))
    throw inUse(`It is the home of another Lectern. ${TAKE_AWAY}`);
  try {
    if (found) {
      const { resourceVersion } = found.metadata ?? {};
      const body = { metadata: { annotations, resourceVersion } };
      await core.patchNamespace({ name: ENGINE_NAMESPACE, body }, mergePatch);
    } else await core.createNamespace({ body: { metadata: { name: ENGINE_NAMESPACE, annotations } } });
  } catch (error) {
    if (!isConflict(error)) throw toPolicyError(error);
    throw inUse("Somebody else is attaching it at this moment; look at it again in a minute.");
  }
}

const TAKE_AWAY =
  'Where that one is gone, take away what it left with "lectern uninstall --kubeconfig FILE", and attach the cluster again.';

function inUse(message: string): PolicyError {
  return new PolicyError(POLICY_ERROR.inUse, message);
}
