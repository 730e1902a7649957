import { join } from "node:path";
import { askOwnCluster } from "./own-cluster.js";
import { builtFile, logFileOf } from "../config.js";
import type { DataPaths, Environment, ServeConfig } from "../config.js";
import { supervise } from "./supervised-process.js";
import type { ProcessEvents } from "./supervised-process.js";

export interface ClusterOptions {
  environment: Environment;
  paths: DataPaths;
  logTo: ServeConfig["logTo"];
  /** Port of the API server; without one, the port it had before, or any free one. */
  port?: number;
  /** Socket of the process that runs containers; pods are simulated where absent. */
  containers?: string;
  /** Whether pods reach those of every namespace, and not only of their own. */
  hasOneNetwork?: boolean;
}

const ANSWER_TIMEOUT_MS = 5_000;

/** Starts the embedded Kubernetes; resolves when it answers. */
export async function startCluster(
  { environment, paths, logTo, port, containers, hasOneNetwork = false }: ClusterOptions,
  events: ProcessEvents,
): Promise<{ kubeconfig: string; uid: string; stop(): Promise<void> }> {
  const since = performance.now();
  const running = await supervise(
    {
      name: "cluster",
      runsAhead: true,
      entry: builtFile("server/supervisor/cluster-process.js"),
      // Without a port it takes the one it had before, which the kubeconfigs in learners' homes name.
      args: [
        "--data",
        paths.cluster,
        ...(port === undefined ? [] : ["--port", String(port)]),
        ...(containers === undefined ? [] : ["--containers", containers]),
        ...(hasOneNetwork ? ["--one-network"] : []),
      ],
      env: environment.childEnvironment,
      ...logFileOf("cluster", paths, logTo),
      ownerFile: join(paths.owners, "cluster.json"),
      probe: async (_pid, signal) => void (await askOwnCluster(paths.kubeconfig, "/livez", signal)),
    },
    events,
  );
  const [version, uid] = await Promise.all([versionOf(paths.kubeconfig), uidOf(paths.kubeconfig)]);
  events.report(
    `Kubernetes ${version} answers (embedded, ${((performance.now() - since) / 1000).toFixed(1)} s)`,
  );
  return { kubeconfig: paths.kubeconfig, uid, stop: () => running.stop() };
}

async function versionOf(kubeconfig: string): Promise<string> {
  return (await ask<{ gitVersion: string }>(kubeconfig, "/version")).gitVersion;
}

async function uidOf(kubeconfig: string): Promise<string> {
  const path = "/api/v1/namespaces/kube-system";
  return (await ask<{ metadata: { uid: string } }>(kubeconfig, path)).metadata.uid;
}

async function ask<Answer>(kubeconfig: string, path: string): Promise<Answer> {
  return JSON.parse(await askOwnCluster(kubeconfig, path, AbortSignal.timeout(ANSWER_TIMEOUT_MS))) as Answer;
}
