import { budgetOf, countsOf } from "../common/budget.js";
import type { Lab } from "../common/lab.js";
import { type SessionResource, hasOwnCluster } from "../common/session.js";
import { apiServerAddresses } from "../../kubernetes/node/api-server-addresses.js";
import { type KubernetesClient, isAlreadyThere } from "../../kubernetes/node/kubernetes-client.js";
import { createCounted } from "./counted-create.js";
import { egressAddresses } from "./egress-addresses.js";
import { makeLabObjects } from "./lab-objects.js";
import { learnerKinds } from "./learner-kinds.js";
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
import { type Manifest, accessOf, isolationOf, limitsOf } from "./session-objects.js";

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

/**
 * Makes what the lab has in the session's cluster, and bounds what the session may put into the platform's; quotas come `after` what else the
 * platform makes there, however that ended: each object that is made beside a quota has its status written anew. Throws LAB_INVALID.
 */
export async function fillPlace(
  session: SessionResource,
  lab: Lab,
  parts: PlaceParts,
  after: Promise<unknown> = Promise.resolve(),
): Promise<void> {
  const cluster = await clusterOf(session, parts);
  if (!hasOwnCluster(session)) await limit(session, lab, { client: parts.client, after });
  // Only then: in the time that the limits take, the account has come, and is not asked for in vain.
  await waitForServiceAccount(cluster, session.spec.namespace);
  const variables = variablesOf(lab, session, parts.client, parts.settings);
  await makeLabObjects(cluster, session, { lab, variables });
}

async function limit(
  session: SessionResource,
  lab: Lab,
  { client, after }: { client: KubernetesClient; after: Promise<unknown> },
): Promise<void> {
  const [kinds, apiServer, listed] = await Promise.all([
    learnerKinds(client),
    apiServerAddresses(client),
    egressAddresses(lab.egress),
  ]);
  const limits = [
    ...limitsOf(session, { budget: budgetOf(lab.budget), counts: countsOf(lab.budget), kinds }),
    isolationOf(session, { apiServer, listed }),
  ];
  const bringAll = (manifests: Manifest[]) =>
    Promise.all(manifests.map((manifest) => bringAbout(client, manifest)));
  await Promise.all([
    bringAll(limits.filter((manifest) => !isQuota(manifest))),
    after.catch(() => undefined),
  ]);
  await bringAll(limits.filter(isQuota));
}

function isQuota({ path }: Manifest): boolean {
  return path.endsWith("/resourcequotas");
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

/** One that is there was made by a server that died over it, or by an older one, whose quota of that name bounds less. */
async function bringAbout(client: KubernetesClient, { path, object }: Manifest): Promise<void> {
  await createCounted(client, path, object).catch(async (error: unknown) => {
    if (!isAlreadyThere(error)) throw error;
    const { metadata, spec } = object as { metadata: { name: string }; spec: unknown };
    await client.merge(`${path}/${metadata.name}`, { spec });
  });
}

async function create(client: KubernetesClient, { path, object }: Manifest): Promise<void> {
  await createCounted(client, path, object).catch((error: unknown) => {
    if (!isAlreadyThere(error)) throw error;
  });
}
