import { INGRESS_ADDRESS, INGRESS_PORT } from "../../cluster/node/network-ingress.js";
import type { SessionHost } from "../../terminal/common/session-host.js";
import { ServerError, serverErrorCodes } from "../errors.js";
import type { DialService } from "./dial-service.js";
import type { DialIngress } from "./ingress-connections.js";
import { SessionSocket } from "./session-socket.js";

export interface DialParts {
  host: Pick<SessionHost, "dial">;
  /** Absent where the cluster's pods run no containers. */
  dialService: DialService | undefined;
}

/** Connects to a port of the learner's shells, of a Service, or to what serves the Ingress objects of the session. Throws TERMINAL_PORT_REFUSED, SERVER_INGRESS_UNANSWERED. */
export function dialIngressBy({ host, dialService }: DialParts): DialIngress {
  return async (session, { service, port, byRules }) => {
    if (byRules === true) return new SessionSocket(await host.dial(session, INGRESS_PORT, INGRESS_ADDRESS));
    if (service === undefined) return new SessionSocket(await host.dial(session, port));
    if (dialService !== undefined) return dialService(session, { service, port });
    const message = `This cluster runs no containers, so nothing answers behind the Service ${service}. Start Lectern as root with bubblewrap and busybox-static installed, or with --kubeconfig for a cluster that does.`;
    throw new ServerError(serverErrorCodes.ingressUnanswered, message);
  };
}
