import { mkdirSync } from "node:fs";
import { request } from "node:https";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { KubeConfig } from "@kubernetes/client-node";
import { connectTerminalHost } from "../../terminal/node/connect-terminal-host.js";
import type { DataPaths, Environment, ServeConfig } from "../config.js";
import { checkCluster, findKubectl, readKubeconfig } from "./preflight.js";
import { supervise } from "./supervised-process.js";
import type { ProcessEvents, SupervisedProcess } from "./supervised-process.js";

/** The processes the server stands on. */
export interface Backends {
  kubeconfig: string;
  terminalSocket: string;
  kubectl: string;
  stop(): Promise<void>;
}

export interface BackendOptions {
  config: Pick<ServeConfig, "kubeconfig">;
  environment: Environment;
  paths: DataPaths;
}

/** Starts the terminal host and, without a kubeconfig, the embedded cluster; checks the cluster either way. */
export async function startBackends(options: BackendOptions, events: ProcessEvents): Promise<Backends> {
  const { config, environment, paths } = options;
  const kubectl = findKubectl(environment.path, environment.kubectl);
  const starting = [
    startTerminalHost({ environment, paths }, events),
    config.kubeconfig === undefined
      ? startCluster({ environment, paths, port: 0 }, events)
      : useCluster(config.kubeconfig, events),
  ];
  const parts = await Promise.allSettled(starting);
  const started = parts.flatMap((part) => (part.status === "fulfilled" && part.value ? [part.value] : []));
  const stop = async () => void (await Promise.all(started.map((part) => part.stop())));
  const failed = parts.find((part) => part.status === "rejected");
  if (failed) {
    await stop();
    throw failed.reason;
  }
  return { kubeconfig: config.kubeconfig ?? paths.kubeconfig, terminalSocket: terminalSocket(paths), kubectl, stop };
}

async function useCluster(file: string, events: ProcessEvents): Promise<undefined> {
  const kubeconfig = await readKubeconfig(file);
  const version = await checkCluster(kubeconfig);
  events.report(`Using the cluster of ${file} (Kubernetes ${version})`);
}
