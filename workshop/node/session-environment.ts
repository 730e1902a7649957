import type { ShellSpec } from "../../terminal/common/session-host.js";
import type { Lab } from "../common/lab.js";
import type { SessionResource } from "../common/session.js";
import { type Variables, sessionVariables } from "../common/variables.js";
import type { KubernetesClient } from "./kubernetes-client.js";
import { homeOf } from "./session-home.js";

/** What the server adds to every session: where learners reach it, and what their shells are started with. */
export interface SessionSettings {
  /** Which server this is, of several on one cluster; a label value, written on the sessions it makes. */
  server?: string;
  /** Folder that holds one home for each session. */
  homesFolder: string;
  /** Address of a session's page, without a trailing slash. */
  urlOf: (session: string) => string;
  /** The server's environment; labs see the names they list. */
  environment: Readonly<Record<string, string | undefined>>;
  /** Variables of the shell besides `HOME` and `KUBECONFIG`: the search path, and what `tmc` needs. */
  shellEnvironment: (session: SessionResource) => Record<string, string>;
  /** Folders the shell may read besides the system's own. */
  readOnlyPaths: readonly string[];
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
    kubernetesApiUrl: client.config.getCurrentCluster()?.server ?? "",
    environment: settings.environment,
  });
}

/** How the session's shells are started. */
export function shellOf(session: SessionResource, settings: SessionSettings): ShellSpec {
  const home = homeOf(settings.homesFolder, session.metadata.name);
  const { uid } = session.spec;
  return {
    home,
    env: {
      ...settings.shellEnvironment(session),
      HOME: home,
      KUBECONFIG: `${home}/.kube/config`,
      SESSION_NAME: session.metadata.name,
      SESSION_NAMESPACE: session.spec.namespace,
    },
    ...(uid === undefined ? {} : { account: { uid, gid: uid } }),
    readOnlyPaths: settings.readOnlyPaths,
  };
}
