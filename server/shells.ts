import { readFileSync } from "node:fs";
import type { KubeConfig } from "@kubernetes/client-node";
import type { Logger } from "pino";
import type { KubernetesClient } from "../kubernetes/node/kubernetes-client.js";
import { openPodSessionHost } from "../pods/node/pod-session-host.js";
import type { SessionHost } from "../terminal/common/session-host.js";
import { defaultSessionLimits, type SessionLimits } from "../terminal/common/session-limits.js";
import { connectTerminalHost } from "../terminal/node/connect-terminal-host.js";
import { dialUnixSocket, type DialHostOf } from "../terminal/node/dial-host.js";
import type { DataPaths, PodShells, ServeConfig } from "./config.js";

/** Where the kubelet tells a pod in which namespace it is. */
const NAMESPACE_FILE = "/var/run/secrets/kubernetes.io/serviceaccount/namespace";

/** The session host and the way of pages to it. */
export interface OpenShells {
  host: SessionHost;
  dial: DialHostOf;
}

export interface ShellsOptions {
  client: KubernetesClient;
  kubeConfig: KubeConfig;
  paths: DataPaths;
  config: Pick<ServeConfig, "pods" | "sessionLimits" | "keepRecordings">;
  /** The socket of this machine's terminal host; absent where sessions have pods. */
  terminalSocket?: string;
  log: Logger;
}

/** Reaches the shells of all sessions: the terminal host of this machine, or those in pods. */
export async function openShells(options: ShellsOptions): Promise<OpenShells> {
  const { config, terminalSocket } = options;
  if (config.pods !== undefined) return openPods(options, config.pods);
  const dial = dialUnixSocket(terminalSocket ?? "");
  return { host: await connectTerminalHost({ dial }), dial };
}

function openPods(
  { client, kubeConfig, paths, config, log }: ShellsOptions,
  { namespace, image, hostImage, pullSecrets }: PodShells,
): Promise<OpenShells> {
  const serverNamespace = ownNamespace();
  return openPodSessionHost({
    client,
    config: kubeConfig,
    settings: {
      namespace,
      image,
      hostImage,
      pullSecrets,
      limits: limitsOf(config.sessionLimits),
      ...(serverNamespace !== undefined && { serverNamespace }),
    },
    route: serverNamespace === undefined ? "port-forward" : "direct",
    ...(config.keepRecordings && { keptRecordings: paths.recordings }),
    report: (line) => log.warn(line),
  });
}

function limitsOf(limits: Partial<SessionLimits> | undefined): SessionLimits {
  return { ...defaultSessionLimits, ...limits };
}

/** The namespace of the pod this server runs in; `undefined` outside of a cluster. */
function ownNamespace(): string | undefined {
  try {
    return readFileSync(NAMESPACE_FILE, "utf8").trim();
  } catch {
    return undefined;
  }
}
