import { CoreV1Api } from "@kubernetes/client-node";
import type { KubeConfig } from "@kubernetes/client-node";
import type { Logger } from "pino";
import { targetOfUrl } from "../terminal/common/network-target.js";
import type { SessionHost } from "../terminal/common/session-host.js";
import { dialUnixSocket } from "../terminal/node/dial-host.js";
import type { DialHostOf } from "../terminal/node/dial-host.js";
import { connectTerminalHost } from "../terminal/node/connect-terminal-host.js";
import { KubernetesClient } from "../kubernetes/node/kubernetes-client.js";
import { installSessionCrds } from "../workshop/node/session-crd.js";
import { installSessionGuard } from "../workshop/node/session-guard.js";
import { threadCompiler } from "../workshop/node/page-compiler.js";
import type { PageCompiler } from "../workshop/node/page-compiler.js";
import type { SessionSettings } from "../workshop/node/session-environment.js";
import { SessionProvisioner } from "../workshop/node/session-provisioner.js";
import { loadServerId } from "./auth/server-id.js";
import { loadSigningKey } from "./auth/signing-key.js";
import { createTokens } from "./auth/tokens.js";
import type { Tokens } from "./auth/tokens.js";
import { LAB_THREAD, builtFile } from "./config.js";
import type { DataPaths } from "./config.js";
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
  close(): Promise<void>;
}

export interface PlatformOptions {
  kubeconfig: string;
  terminalSocket: string;
  paths: DataPaths;
  /** Address of Lectern for a learner's browser and for a learner's shell, ending in `/`; asked when a session is made. */
  publicUrl: () => string;
  shellUrl: () => string;
  ingressDomain?: string | undefined;
  /** What labs may show of the server's environment. */
  environment: Readonly<Record<string, string | undefined>>;
  log: Logger;
}

/** Connects to the cluster and the terminal host, and puts what Lectern needs into the cluster. */
export async function openPlatform(options: PlatformOptions): Promise<Platform> {
  const { paths, log } = options;
  const kubeConfig = await readKubeconfig(options.kubeconfig);
  const client = new KubernetesClient(kubeConfig);
  const dial = dialUnixSocket(options.terminalSocket);
  const [host, tokens, policies] = await Promise.all([
    connectTerminalHost({ dial }),
    loadSigningKey(kubeConfig.makeApiClient(CoreV1Api)).then(createTokens),
    startPolicies(kubeConfig, log),
    installSessionCrds(client),
    installSessionGuard(client),
  ]);
  const settings: SessionSettings = {
    server: loadServerId(paths.serverId),
    urlOf: (session) => `${options.publicUrl()}s/${session}`,
    ingressDomain: options.ingressDomain,
    environment: options.environment,
    shellEnvironment: shellEnvironment({ tokens, url: options.shellUrl }),
    platformTargets: () =>
      [kubeConfig.getCurrentCluster()?.server ?? "", options.shellUrl()]
        .filter((url) => url !== "")
        .map((url) => targetOfUrl(url)),
  };
  const provisioner = new SessionProvisioner({
    client,
    policies: policies.service,
    host,
    settings,
  });
  const compiler = threadCompiler(builtFile(LAB_THREAD));
  const close = async () => {
    await compiler.close();
    policies.close();
    await host.disconnect();
    client.close();
  };
  return { kubeConfig, client, host, dial, policies, settings, compiler, provisioner, tokens, close };
}
