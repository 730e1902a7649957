import { CoreV1Api } from "../kubernetes/node/client-library.js";
import type { KubeConfig } from "@kubernetes/client-node";
import type { Logger } from "pino";
import { targetOfUrl } from "../terminal/common/network-target.js";
import type { SessionHost } from "../terminal/common/session-host.js";
import type { DialHostOf } from "../terminal/node/dial-host.js";
import { KubernetesClient } from "../kubernetes/node/kubernetes-client.js";
import { LeaderElection, soleLeadership } from "../kubernetes/node/leader-election.js";
import type { Leadership } from "../kubernetes/node/leader-election.js";
import { installSessionCrds } from "../workshop/node/session-crd.js";
import { installSessionGuard } from "../workshop/node/session-guard.js";
import { threadCompiler } from "../workshop/node/page-compiler.js";
import type { PageCompiler } from "../workshop/node/page-compiler.js";
import type { SessionSettings } from "../workshop/node/session-environment.js";
import { SessionProvisioner } from "../workshop/node/session-provisioner.js";
import { Turns } from "../workshop/node/turns.js";
import type { TurnTaking } from "../workshop/node/turns.js";
import { loadServerId } from "./auth/server-id.js";
import { type KnownEventStaff, openEventStaff } from "./event/event-staff.js";
import { type NamedTokens, openNamedTokens } from "./auth/named-tokens.js";
import { NAMESPACE, loadSigningKey } from "./auth/signing-key.js";
import { createTokens } from "./auth/tokens.js";
import type { Tokens } from "./auth/tokens.js";
import { LAB_THREAD, builtFile, productVersion } from "./config.js";
import type { DataPaths, ServeConfig } from "./config.js";
import { readRegistries } from "./registries.js";
import { memberElections } from "./member-elections.js";
import { memberOptions } from "./member-clusters.js";
import type { OwnClusterProcesses } from "./own-clusters.js";
import { openShells } from "./shells.js";
import type { ShellsOptions } from "./shells.js";
import { shellEnvironment } from "./learner/shell-environment.js";
import { startPolicies } from "./policies.js";
import type { Policies } from "./policies.js";
import { readKubeconfig } from "./supervisor/preflight.js";

/** Cluster, terminals and policies, joined: what serving and validating both stand on. */
export interface Platform {
  kubeConfig: KubeConfig;
  client: KubernetesClient;
  host: SessionHost;
  /** How the terminal host of a session is reached, for the pages that look at it. */
  dial: DialHostOf;
  policies: Policies;
  settings: SessionSettings;
  compiler: PageCompiler;
  provisioner: SessionProvisioner;
  tokens: Tokens;
  /** Those that instructors and helpers log in with. */
  namedTokens: NamedTokens;
  /** Who looks after which event. */
  staff: KnownEventStaff;
  turns: TurnTaking;
  /** Whether this server does what one does for all. */
  leadership: Leadership;
  close(): Promise<void>;
}

export interface PlatformOptions {
  kubeconfig: string;
  /** Absent where sessions have pods. */
  terminalSocket?: string;
  /** Where shells run and what they may use; and further clusters. */
  config: ShellsOptions["config"] &
    Pick<ServeConfig, "members" | "allowClusters" | "memberLeaseMs" | "registries">;
  paths: DataPaths;
  /** Address of Lectern for a learner's browser and for a learner's shell, ending in `/`; asked when a session is made. */
  publicUrl: () => string;
  shellUrl: () => string;
  ingressDomain?: string | undefined;
  /** Clusters that sessions have of their own; absent where they can have none. */
  ownClusters?: OwnClusterProcesses | undefined;
  /** What labs may show of the server's environment. */
  environment: Readonly<Record<string, string | undefined>>;
  /** What several servers have in common; alone where absent. */
  sharing?: Sharing;
  log: Logger;
}

/** What every conformant cluster answers at (Kubernetes documentation, "Accessing the Kubernetes API from a Pod"). */
const ADDRESS_IN_PODS = "https://kubernetes.default.svc";
export interface Sharing {
  /** Label value on the sessions of all of them. */
  server: string;
  /** This server among them; absent where there is one. */
  identity?: string;
  turns: TurnTaking;
}

/** Connects to the cluster and the terminal host, and puts what Lectern needs into the cluster. */
export async function openPlatform(options: PlatformOptions): Promise<Platform> {
  const { paths, log } = options;
  const sharing = options.sharing ?? { server: loadServerId(paths.serverId), turns: new Turns() };
  const kubeConfig = await readKubeconfig(options.kubeconfig);
  const inPods = options.config.pods === undefined ? undefined : ADDRESS_IN_PODS;
  const client = new KubernetesClient(kubeConfig, inPods);
  const onLost = (error: unknown) =>
    log.warn({ err: error }, "the tokens of instructors could not be read; those known stay good");
  const [{ host, dial }, tokens, namedTokens, policies] = await Promise.all([
    openShells({ ...options, kubeConfig, client }),
    loadSigningKey(kubeConfig.makeApiClient(CoreV1Api)).then(createTokens),
    openNamedTokens({ client, onError: onLost }),
    Promise.all([memberOptions(options.config), readRegistries(options.config.registries)]).then(
      ([members, registries]) => startPolicies(kubeConfig, log, { members, registries }),
    ),
    installSessionCrds(client, productVersion()),
    installSessionGuard(client, productVersion()),
  ]);
  const staff = await openEventStaff(client, (error) =>
    log.warn({ err: error }, "who looks after which event could not be read; what is known stays"),
  );
  const { leadership, end } = startLeading(policies, { client, sharing, log });
  const settings = sessionSettings(options, { server: sharing.server, tokens, inPods, kubeConfig });
  const provisioner = new SessionProvisioner({
    client,
    policies: policies.service,
    host,
    settings,
  });
  const compiler = threadCompiler(builtFile(LAB_THREAD));
  const close = async () => {
    namedTokens.close();
    staff.close();
    await end();
    await options.ownClusters?.stop();
    await compiler.close();
    await host.disconnect();
    client.close();
  };
  const { turns } = sharing;
  return {
    kubeConfig,
    client,
    host,
    dial,
    policies,
    settings,
    compiler,
    provisioner,
    tokens,
    namedTokens,
    staff,
    turns,
    leadership,
    close,
  };
}

function sessionSettings(
  options: PlatformOptions,
  {
    server,
    tokens,
    inPods,
    kubeConfig,
  }: { server: string; tokens: Tokens; inPods: string | undefined; kubeConfig: KubeConfig },
): SessionSettings {
  return {
    server,
    urlOf: (session) => `${options.publicUrl()}s/${session}`,
    ingressDomain: options.ingressDomain,
    furtherCluster: Object.keys(options.config.members ?? {}).toSorted()[0],
    environment: options.environment,
    shellEnvironment: shellEnvironment({ tokens, url: options.shellUrl }),
    ...(options.ownClusters && { ownClusters: options.ownClusters }),
    platformTargets: (ownCluster) =>
      [ownCluster ?? inPods ?? kubeConfig.getCurrentCluster()?.server ?? "", options.shellUrl()]
        .filter((url) => url !== "")
        .map((url) => targetOfUrl(url)),
  };
}

/** Has this server do what one does for all, when it is the one; and keep the clusters that it was given, when of those who were it is the one. */
function startLeading(
  policies: Policies,
  { client, sharing, log }: { client: KubernetesClient; sharing: Sharing; log: Logger },
): { leadership: Leadership; end: () => Promise<unknown> } {
  const { server, identity } = sharing;
  const leadership = leadershipOf(client, sharing, log);
  const elections = identity === undefined ? undefined : memberElections({ client, server, identity, log });
  policies.control(leadership, elections);
  return { leadership, end: () => Promise.all([leadership.close(), elections?.close()]) };
}

function leadershipOf(client: KubernetesClient, { server, identity }: Sharing, log: Logger): Leadership {
  if (identity === undefined) return soleLeadership();
  const onError = (error: unknown) =>
    log.warn({ err: error }, "the Lease of the leading server cannot be used; trying again");
  return new LeaderElection({ client, namespace: NAMESPACE, name: `lectern-${server}`, identity, onError });
}
