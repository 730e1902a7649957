import type { Duplex } from "node:stream";
import { KubeConfig } from "../../kubernetes/node/client-library.js";
import { KubernetesClient, KubernetesError } from "../../kubernetes/node/kubernetes-client.js";
import { portForwardTransport } from "../../kubernetes/node/port-forward.js";
import { learnerToken } from "../../workshop/node/session-access.js";
import { ServiceUnanswered, serviceTarget } from "../../workshop/node/service-target.js";
import { ServerError, serverErrorCodes } from "../errors.js";

/** Kubernetes gives no token for less than ten minutes. */
const TOKEN_SECONDS = 600;
/** A token is used while it is good for some minutes yet. */
const TOKEN_USED_MS = 5 * 60_000;
const DIAL_MS = 15_000;

/** Connects to a port of a Service of a session's namespace. */
export type DialService = (namespace: string, target: { service: string; port: number }) => Promise<Duplex>;

interface LearnersClient {
  client: KubernetesClient;
  until: number;
}

/**
 * Connects through the API server with the learner's own rights: whatever a Service leads to, the server lends it none of its own.
 * Throws SERVER_INGRESS_UNANSWERED.
 */
export function dialServiceBy(platform: KubernetesClient): DialService {
  const clients = new Map<string, LearnersClient>();
  const clientFor = async (namespace: string): Promise<KubernetesClient> => {
    for (const [name, { client, until }] of clients) {
      if (until > performance.now()) continue;
      client.close();
      clients.delete(name);
    }
    const known = clients.get(namespace) ?? (await learnersClient(platform, namespace));
    clients.set(namespace, known);
    return known.client;
  };
  return async (namespace, target) => {
    try {
      const client = await clientFor(namespace);
      const { pod, port } = await serviceTarget(client, namespace, target);
      const path = `/api/v1/namespaces/${namespace}/pods/${pod}`;
      return await portForwardTransport(client.config, path, port)(AbortSignal.timeout(DIAL_MS));
    } catch (error) {
      if (!(error instanceof ServiceUnanswered || error instanceof KubernetesError)) throw error;
      throw new ServerError(serverErrorCodes.ingressUnanswered, error.message, error);
    }
  };
}

async function learnersClient(platform: KubernetesClient, namespace: string): Promise<LearnersClient> {
  const token = await learnerToken(platform, namespace, TOKEN_SECONDS);
  const config = new KubeConfig();
  const cluster = platform.config.getCurrentCluster();
  config.loadFromOptions({
    clusters: cluster ? [cluster] : [],
    users: [{ name: "learner", token }],
    contexts: [{ name: "learner", cluster: cluster?.name ?? "", user: "learner", namespace }],
    currentContext: "learner",
  });
  return { client: new KubernetesClient(config), until: performance.now() + TOKEN_USED_MS };
}
