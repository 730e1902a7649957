import type { NetworkTarget } from "../../terminal/common/network-target.js";
import type { ShellSpec } from "../../terminal/common/session-host.js";
import type { Lab } from "../common/lab.js";
import type { SessionResource } from "../common/session.js";
import { fillPlain } from "../common/fill-plain.js";
import {
  type SessionFacts,
  type Variables,
  platformVariables,
  sessionVariables,
} from "../common/variables.js";
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
  return sessionVariables(lab, factsOf(session, client, settings));
}

function factsOf(
  session: SessionResource,
  client: KubernetesClient,
  settings: SessionSettings,
): SessionFacts {
  const architecture = ARCHITECTURES[process.arch];
  return {
    session: session.metadata.name,
    namespace: session.spec.namespace,
    organization: session.spec.organization,
    url: settings.urlOf(session.metadata.name),
    ingressDomain: settings.ingressDomain,
    kubernetesApiUrl: addressOf(client),
    ...(architecture !== undefined && { architecture }),
    environment: settings.environment,
  };
}

/** Processors that containers name in another way than Node does. */
const ARCHITECTURES: Readonly<Record<string, string>> = { x64: "amd64", arm64: "arm64" };

/** What the programs of a session may reach. */
export function reachedBy(lab: Lab, settings: SessionSettings): NetworkTarget[] {
  return [...settings.platformTargets(), ...lab.egress.map((target) => ({ ...target, of: "lab" as const }))];
}

/** How the session's shells and programs begin: with what the platform says of the session, under capital names, and what the lab gives them. */
export function shellOf(
  session: SessionResource,
  lab: Lab,
  { client, settings }: { client: KubernetesClient; settings: SessionSettings },
): ShellSpec {
  const facts = factsOf(session, client, settings);
  const platform = Object.entries(platformVariables(lab, facts));
  const variables = sessionVariables(lab, facts);
  const own = Object.entries(lab.shells?.environment ?? {});
  return {
    env: {
      ...Object.fromEntries(platform.map(([name, value]) => [name.toUpperCase(), value])),
      ...Object.fromEntries(own.map(([name, text]) => [name, fillPlain(text, variables)])),
      ...settings.shellEnvironment(session),
    },
  };
}
