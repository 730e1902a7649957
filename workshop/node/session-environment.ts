import type { NetworkTarget } from "../../terminal/common/network-target.js";
import type { ShellSpec } from "../../terminal/common/session-host.js";
import type { Lab } from "../common/lab.js";
import { type SessionResource, hasOwnCluster } from "../common/session.js";
import { fillPlain } from "../common/fill-plain.js";
import {
  type SessionFacts,
  type Variables,
  platformVariables,
  sessionVariables,
} from "../common/variables.js";
import { type OwnClusters, clusterAddress } from "./session-cluster.js";
import type { KubernetesClient } from "../../kubernetes/node/kubernetes-client.js";

/** What the server adds to every session: where learners reach it, and what their shells are started with. */
export interface SessionSettings {
  /** Which server this is, of several on one cluster; a label value, written on the sessions it makes. */
  server?: string;
  /** Address of a session's page, without a trailing slash. */
  urlOf: (session: string) => string;
  /** The wildcard domain of sessions' applications; the server's own host where absent. */
  ingressDomain?: string | undefined;
  /** A further cluster that organizations may attach by its name. */
  furtherCluster?: string | undefined;
  /** The server's environment; labs see the names they list. */
  environment: Readonly<Record<string, string | undefined>>;
  /** Variables of the shell besides those the session host sets: what `tmc` needs. */
  shellEnvironment: (session: SessionResource) => Record<string, string>;
  /** What every session's programs need to reach: the cluster, the session's own where its address is given, and Lectern. */
  platformTargets: (ownCluster?: string) => readonly NetworkTarget[];
  /** Clusters that sessions have of their own; absent where they can have none. */
  ownClusters?: OwnClusters;
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
    furtherCluster: settings.furtherCluster,
    kubernetesApiUrl: clusterAddress(session, { client, settings }),
    ...(architecture !== undefined && { architecture }),
    environment: settings.environment,
  };
}

/** Processors that containers name in another way than Node does. */
const ARCHITECTURES: Readonly<Record<string, string>> = { x64: "amd64", arm64: "arm64" };

/** What the programs of a session may reach; of any session of the lab where none is given. */
export function reachedBy(lab: Lab, settings: SessionSettings, session?: SessionResource): NetworkTarget[] {
  const own =
    session && hasOwnCluster(session) ? settings.ownClusters?.addressOf(session.metadata.name) : undefined;
  return [
    ...settings.platformTargets(own),
    ...lab.egress.map((target) => ({ ...target, of: "lab" as const })),
  ];
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
