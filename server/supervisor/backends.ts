import type { DataPaths, Environment, ServeConfig } from "../config.js";
import { startCluster } from "./embedded-cluster.js";
import { checkRights, checkVersion, findKubectl, readKubeconfig } from "./preflight.js";
import type { ProcessEvents } from "./supervised-process.js";
import { startTerminals } from "./terminals.js";

/** The processes the server stands on. */
export interface Backends {
  kubeconfig: string;
  terminalSocket: string;
  kubectl: string;
  stop(): Promise<void>;
}

export interface BackendOptions {
  config: Pick<ServeConfig, "kubeconfig" | "host">;
  environment: Environment;
  paths: DataPaths;
}

/** Starts the terminal host and, without a kubeconfig, the embedded cluster; checks the cluster either way. */
export async function startBackends(options: BackendOptions, events: ProcessEvents): Promise<Backends> {
  const { config, environment, paths } = options;
  const kubectl = findKubectl(environment.path, environment.kubectl);
  const terminals = startTerminals({ environment, paths, host: config.host }, events);
  const cluster =
    config.kubeconfig === undefined
      ? startCluster({ environment, paths }, events)
      : useCluster(config.kubeconfig, events);
  const [terminalPart, clusterPart] = await Promise.allSettled([terminals, cluster]);
  const stop = async () => {
    const parts = [terminalPart, clusterPart].flatMap((part) =>
      part.status === "fulfilled" ? [part.value] : [],
    );
    await Promise.all(parts.map((part) => part.stop()));
  };
  if (terminalPart.status === "fulfilled" && clusterPart.status === "fulfilled") {
    return {
      kubeconfig: clusterPart.value.kubeconfig,
      terminalSocket: terminalPart.value.socket,
      kubectl,
      stop,
    };
  }
  await stop();
  throw clusterPart.status === "rejected"
    ? clusterPart.reason
    : (terminalPart as PromiseRejectedResult).reason;
}

async function useCluster(
  kubeconfig: string,
  events: ProcessEvents,
): Promise<{ kubeconfig: string; stop(): Promise<void> }> {
  const parsed = await readKubeconfig(kubeconfig);
  const version = await checkVersion(parsed);
  await checkRights(parsed);
  events.report(`Using the cluster of ${kubeconfig} (Kubernetes ${version})`);
  return { kubeconfig, stop: () => Promise.resolve() };
}
