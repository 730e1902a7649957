import type { Duplex } from "node:stream";
import { KubernetesError } from "../../kubernetes/node/kubernetes-client.js";
import { portForwardTransport } from "../../kubernetes/node/port-forward.js";
import type { LearnerClients } from "../../workshop/node/learner-clients.js";
import { ServiceUnanswered, serviceTarget } from "../../workshop/node/service-target.js";
import { ServerError, serverErrorCodes } from "../errors.js";

const DIAL_MS = 15_000;

/** Connects to a port of a Service of a session's namespace. */
export type DialService = (namespace: string, target: { service: string; port: number }) => Promise<Duplex>;

/**
 * Connects through the API server with the learner's own rights: whatever a Service leads to, the server lends it none of its own.
 * Throws SERVER_INGRESS_UNANSWERED.
 */
export function dialServiceBy(clients: LearnerClients): DialService {
  return async (namespace, target) => {
    try {
      const client = await clients.of(namespace);
      const { pod, port } = await serviceTarget(client, namespace, target);
      const path = `/api/v1/namespaces/${namespace}/pods/${pod}`;
      return await portForwardTransport(client.config, path, port)(AbortSignal.timeout(DIAL_MS));
    } catch (error) {
      if (!(error instanceof ServiceUnanswered || error instanceof KubernetesError)) throw error;
      throw new ServerError(serverErrorCodes.ingressUnanswered, error.message, error);
    }
  };
}
