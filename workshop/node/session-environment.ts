import type { NetworkTarget } from "../../terminal/common/network-target.js";
import type { ShellSpec } from "../../terminal/common/session-host.js";
import type { Lab } from "../common/lab.js";
import type { SessionResource } from "../common/session.js";
import { type Variables, sessionVariables } from "../common/variables.js";
import { addressOf } from "./session-access.js";
import type { KubernetesClient } from "../../kubernetes/node/kubernetes-client.js";

/** What the server adds to every session: where learners reach it, and what their shells are started with. */
export interface SessionSettings {
  /** Which server this is, of several on one cluster; a label value, written on the sessions it makes. */
  server?: string;
  /** Address of a session's page, without a trailing slash. */
  urlOf: (session: string) => string;
  /** The wildcard domain of sessions' applications; the server's own host where absent. */
  ingressDomain?: string | undefined;
  /** The server's environment; labs see the names they list. */
  environment: Readonly<Record<string, string | undefined>>;
  /** Variables of the shell besides those the session host sets: what `tmc` needs. */
  shellEnvironment: (session: SessionResource) => Record<string, string>;
  /** What every session's programs need to reach: the cluster and Lectern. */
  platformTargets: () => readonly NetworkTarget[];
}

/** Values for the pages of a session. */
export function variablesOf(
  lab: Lab,
  session: SessionResource,
  client: KubernetesClient,
  settings: SessionSettings,
): Variables {
  return sessionVariables(lab, {
    session: session.metadata.name,
    namespace: session.spec.namespace,
    organization: session.spec.organization,
    url: settings.urlOf(session.metadata.name),
    ingressDomain: settings.ingressDomain,
    kubernetesApiUrl: addressOf(client),
    environment: settings.environment,
  });
}

/** What the programs of a session may reach. */
export function reachedBy(lab: Lab, settings: SessionSettings): NetworkTarget[] {
  return [...settings.platformTargets(), ...lab.egress.map((target) => ({ ...target, of: "lab" as const }))];
}

/** How the session's shells and programs begin. */
export function shellOf(session: SessionResource, settings: SessionSettings): ShellSpec {
  return {
    env: {
      ...settings.shellEnvironment(session),
      SESSION_NAME: session.metadata.name,
      SESSION_NAMESPACE: session.spec.namespace,
    },
  };
}
