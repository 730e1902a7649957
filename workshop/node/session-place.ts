import type { Lab } from "../common/lab.js";
import { type SessionResource, hasOwnCluster } from "../common/session.js";
import { type KubernetesClient, isAlreadyThere } from "../../kubernetes/node/kubernetes-client.js";
import { createCounted } from "./counted-create.js";
import { makeLabObjects } from "./lab-objects.js";
import { noteAddress } from "./renew-access.js";
import { waitForServiceAccount } from "./service-account.js";
import {
  administratorCredentials,
  issueToken,
  kubeconfigText,
  learnerCredentials,
} from "./session-access.js";
import { clusterOf, makeCluster } from "./session-cluster.js";
import { type SessionSettings, variablesOf } from "./session-environment.js";
import { claimNamespace, removeNamespace } from "./session-namespace.js";
import { type Manifest, accessOf } from "./session-objects.js";

interface PlaceParts {
  client: KubernetesClient;
  settings: SessionSettings;
}

/** Makes the namespace in which the session's work is done, or starts its own cluster. Throws SESSION_NAME_INVALID, SESSION_CLUSTER_UNAVAILABLE. */
export async function takePlace(session: SessionResource, lab: Lab, parts: PlaceParts): Promise<void> {
  if (!hasOwnCluster(session)) return claimNamespace(parts.client, session, lab);
  await makeCluster(session, lab, parts);
  await noteAddress(session, parts);
}

/** Gives the learner's account its roles, and returns a kubeconfig of it; a session in the platform's cluster that waits for somebody has roles and no token. */
export async function giveAccess(
  session: SessionResource,
  parts: PlaceParts,
  isPooled: boolean,
): Promise<string | undefined> {
  if (hasOwnCluster(session)) return kubeconfigFor(session, parts);
  const [account, ...roles] = accessOf(session);
  if (account) await create(parts.client, account);
  const [kubeconfig] = await Promise.all([
    isPooled ? undefined : kubeconfigFor(session, parts),
    ...roles.map((role) => create(parts.client, role)),
  ]);
  return kubeconfig;
}

/** A kubeconfig for the learner: with a new token, or of the administrator of the session's own cluster. */
export async function kubeconfigFor(session: SessionResource, parts: PlaceParts): Promise<string> {
  if (hasOwnCluster(session))
    return kubeconfigText(session, await administratorCredentials(await clusterOf(session, parts)));
  const { token } = await issueToken(parts.client, session);
  return kubeconfigText(session, await learnerCredentials(parts.client, token));
}

/** Makes what the lab has in the session's cluster, where its default account is there. Throws LAB_INVALID. */
export async function fillPlace(session: SessionResource, lab: Lab, parts: PlaceParts): Promise<void> {
  const cluster = await clusterOf(session, parts);
  await waitForServiceAccount(cluster, session.spec.namespace);
  const variables = variablesOf(lab, session, parts.client, parts.settings);
  await makeLabObjects(cluster, session, { lab, variables });
}

/** Takes away what a session that could not be made has in the platform's cluster. */
export async function leavePlace(session: SessionResource, client: KubernetesClient): Promise<void> {
  if (hasOwnCluster(session)) return;
  const rbac = "/apis/rbac.authorization.k8s.io/v1";
  const name = `lectern-${session.spec.namespace}`;
  await Promise.allSettled([
    removeNamespace(client, session),
    client.remove(`${rbac}/clusterrolebindings/${name}`),
    client.remove(`${rbac}/clusterroles/${name}`),
  ]);
}

async function create(client: KubernetesClient, { path, object }: Manifest): Promise<void> {
  await createCounted(client, path, object).catch((error: unknown) => {
    if (!isAlreadyThere(error)) throw error;
  });
}
