import type { Request } from "express";
import type { Logger } from "pino";
import { LearnerClients } from "../../workshop/node/learner-clients.js";
import type { Access } from "../http/access.js";
import type { ConnectionCheck } from "../http/connection-check.js";
import type { OriginRules } from "../http/same-origin.js";
import type { ServedTerminalSockets } from "../http/terminal-sockets.js";
import type { Platform } from "../platform.js";
import type { Workshop } from "../workshop/workshop.js";
import { dialServiceBy } from "./dial-service.js";
import { dialIngressBy } from "./dial-ingress.js";
import { type IngressAdmission, createIngressAdmission } from "./ingress-admission.js";
import { IngressConnections } from "./ingress-connections.js";
import { type Ingresses, createIngresses } from "./ingresses.js";

export interface IngressesOptions {
  platform: Pick<Platform, "client" | "host" | "tokens" | "settings">;
  workshop: Workshop;
  access: Access;
  /** The wildcard domain; applications are below a path where absent. */
  domain: string | undefined;
  /** Whether pods of the cluster run their containers. */
  containers: boolean;
  origin: OriginRules;
  /** Where browsers reach Lectern, ending in `/`. */
  url: (request: Request) => string;
  log: Logger;
}

/** Joins what the way to the applications of sessions is made of. */
export function openIngresses(options: IngressesOptions): {
  ingresses: Ingresses;
  admission: IngressAdmission;
} {
  const { platform, containers } = options;
  const admission = createIngressAdmission({ ...options, tokens: platform.tokens });
  const dialService = containers ? dialServiceBy(new LearnerClients(platform.client)) : undefined;
  const connections = new IngressConnections(dialIngressBy({ host: platform.host, dialService }));
  const ingresses = createIngresses({ ...options, admission, connections, urlOf: platform.settings.urlOf });
  return { ingresses, admission };
}

/** What browsers hold open, terminals and applications of sessions and checks of the connection alike. */
export function joinSockets(
  terminals: ServedTerminalSockets,
  ingresses: Ingresses,
  check: ConnectionCheck,
): ServedTerminalSockets {
  return {
    ...terminals,
    handleUpgrade: (request, socket, head) =>
      ingresses.handleUpgrade(request, socket, head) ||
      terminals.handleUpgrade(request, socket, head) ||
      check.handleUpgrade(request, socket, head),
    closeSession: (session) => {
      terminals.closeSession(session);
      ingresses.closeSession(session);
    },
    close: () => {
      terminals.close();
      ingresses.close();
      check.close();
    },
  };
}
