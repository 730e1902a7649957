import type { SessionHost } from "../../terminal/common/session-host.js";
import { ServerError, serverErrorCodes } from "../errors.js";
import type { DialIngress } from "./ingress-connections.js";
import { SessionSocket } from "./session-socket.js";

export interface DialParts {
  host: Pick<SessionHost, "dial">;
  /** Whether pods of the cluster run their containers. */
  containers: boolean;
}

/** Connects to a port of the learner's shells. Throws TERMINAL_PORT_REFUSED, SERVER_INGRESS_UNANSWERED. */
export function dialIngressBy({ host, containers }: DialParts): DialIngress {
  return async (session, { service, port }) => {
    if (service === undefined) return new SessionSocket(await host.dial(session, port));
    throw new ServerError(serverErrorCodes.ingressUnanswered, noService(service, containers));
  };
}

function noService(service: string, containers: boolean): string {
  if (!containers)
    return `This cluster runs no containers, so nothing answers behind the Service ${service}. Start Lectern with --kubeconfig for a cluster that does.`;
  return `Lectern does not reach Services of a cluster yet, and the ingress leads to the Service ${service}. Run "kubectl port-forward" in a terminal, and let the ingress lead there.`;
}
