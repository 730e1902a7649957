import { randomBytes } from "node:crypto";
import { readFile } from "node:fs/promises";
import { stringify } from "yaml";
import { WORKSHOP_ERRORS, WorkshopError } from "../common/errors.js";
import { LEARNER, type SessionResource } from "../common/session.js";
import { createCounted } from "./counted-create.js";
import type { KubernetesClient } from "../../kubernetes/node/kubernetes-client.js";
import { TOKEN_TYPE, tokenSecret } from "./session-objects.js";

/** Kubernetes gives no token for less than ten minutes. */
const MIN_TOKEN_SECONDS = 600;
/** The token outlives the session a little, so that the last command is not refused; it dies with the secret in any case. */
const TOKEN_SLACK_SECONDS = 60;
/** Of a secret's name. */
const NAME_BYTES = 5;

/** A token for the learner's account, bound to a secret of the session: deleting the secret or the session ends it at once. */
export async function issueToken(
  client: KubernetesClient,
  session: SessionResource,
): Promise<{ token: string; secret: string }> {
  // Servers that renew at the same moment must not meet: each ends the tokens that it found before.
  const name = `${LEARNER}-${randomBytes(NAME_BYTES).toString("hex")}`;
  const { path, object } = tokenSecret(session, name);
  const secret = await createCounted<{ metadata: { uid: string } }>(client, path, object);
  const seconds = Math.ceil((Date.parse(session.spec.expiresAt) - Date.now()) / 1000) + TOKEN_SLACK_SECONDS;
  const spec = {
    audiences: [],
    expirationSeconds: Math.max(MIN_TOKEN_SECONDS, seconds),
    boundObjectRef: { kind: "Secret", apiVersion: "v1", name, uid: secret.metadata.uid },
  };
  const answer = await client.create<{ status: { token: string } }>(
    `/api/v1/namespaces/${session.spec.namespace}/serviceaccounts/${LEARNER}/token`,
    { apiVersion: "authentication.k8s.io/v1", kind: "TokenRequest", spec },
  );
  return { token: answer.status.token, secret: name };
}

/** A token for the learner's account that the server uses in the learner's place, and gives to nobody. */
export async function learnerToken(
  client: KubernetesClient,
  namespace: string,
  expirationSeconds: number,
): Promise<string> {
  const answer = await client.create<{ status: { token: string } }>(
    `/api/v1/namespaces/${namespace}/serviceaccounts/${LEARNER}/token`,
    {
      apiVersion: "authentication.k8s.io/v1",
      kind: "TokenRequest",
      spec: { audiences: [], expirationSeconds },
    },
  );
  return answer.status.token;
}

/** Names of the secrets that hold the session's tokens alive. */
export async function tokenSecrets(client: KubernetesClient, session: SessionResource): Promise<string[]> {
  const path = `/api/v1/namespaces/${session.spec.namespace}/secrets`;
  const { items } = await client.get<{ items: { type?: string; metadata: { name: string } }[] }>(path);
  return items.filter(({ type }) => type === TOKEN_TYPE).map(({ metadata }) => metadata.name);
}

/** Ends the tokens bound to these secrets. */
export async function revokeTokens(
  client: KubernetesClient,
  session: SessionResource,
  secrets: readonly string[],
): Promise<void> {
  await Promise.all(
    secrets.map((name) => client.remove(`/api/v1/namespaces/${session.spec.namespace}/secrets/${name}`)),
  );
}

/** Where learners reach the cluster. */
export function addressOf(client: KubernetesClient): string {
  return client.addressInPods ?? client.config.getCurrentCluster()?.server ?? "";
}

/** Where tools look for a kubeconfig, from the home. */
export const KUBECONFIG_PATH = ".kube/config";
/** Names in the learner's kubeconfig of what Lectern puts there. */
export const CONTEXT_NAME = "lectern";

/** A kubeconfig of these credentials that begins in the session's namespace. */
export function kubeconfigText(session: SessionResource, credentials: object): string {
  return stringify({ ...credentials, ...learnerContext(session) });
}

/** The parts of the kubeconfig of a session's own cluster, for its learner, who administers it. */
export function administratorCredentials(client: KubernetesClient) {
  return learnerCredentials(client, client.config.getCurrentUser()?.token ?? "");
}

/** The parts of a learner's kubeconfig that Lectern renews: how the cluster is reached, and the token. */
export async function learnerCredentials(client: KubernetesClient, token: string) {
  const cluster = client.config.getCurrentCluster();
  if (!cluster)
    throw new WorkshopError(
      WORKSHOP_ERRORS.sessionProvisioningFailed,
      "The platform's kubeconfig has no current cluster",
    );
  const authority =
    client.addressInPods === undefined
      ? (cluster.caData ?? (cluster.caFile && (await readFile(cluster.caFile)).toString("base64")))
      : await authorityInPods(client);
  return {
    apiVersion: "v1",
    kind: "Config",
    clusters: [
      {
        name: CONTEXT_NAME,
        cluster: {
          server: addressOf(client),
          ...(authority ? { "certificate-authority-data": authority } : {}),
          ...(client.addressInPods === undefined && {
            ...(cluster.skipTLSVerify ? { "insecure-skip-tls-verify": true } : {}),
            ...(cluster.tlsServerName ? { "tls-server-name": cluster.tlsServerName } : {}),
          }),
        },
      },
    ],
    users: [{ name: LEARNER, user: { token } }],
  };
}

/** Of the certificate that the API server shows inside the cluster: each namespace has it. */
async function authorityInPods(client: KubernetesClient): Promise<string> {
  const path = "/api/v1/namespaces/default/configmaps/kube-root-ca.crt";
  const { data } = await client.get<{ data: { "ca.crt": string } }>(path);
  return Buffer.from(data["ca.crt"]).toString("base64");
}

/** The parts that are the learner's to change. */
export function learnerContext({ spec }: SessionResource) {
  return {
    contexts: [
      { name: CONTEXT_NAME, context: { cluster: CONTEXT_NAME, user: LEARNER, namespace: spec.namespace } },
    ],
    "current-context": CONTEXT_NAME,
  };
}
