import { join } from "node:path";
import { askVersion } from "./ask-version.js";
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
}

/** Starts the embedded Kubernetes; resolves when it answers. */
export async function startCluster(
  { environment, paths, logTo, port }: ClusterOptions,
  events: ProcessEvents,
): Promise<{ kubeconfig: string; stop(): Promise<void> }> {
  const since = Date.now();
  let version = "";
  const running = await supervise(
    {
      name: "cluster",
      entry: builtFile("cluster/main.js"),
      // Without a port it takes the one it had before, which the kubeconfigs in learners' homes name.
      args: ["--data", paths.cluster, ...(port === undefined ? [] : ["--port", String(port)])],
      env: environment.childEnvironment,
      ...logFileOf("cluster", paths, logTo),
      ownerFile: join(paths.owners, "cluster.json"),
      probe: async () => {
        version = await askVersion(paths.kubeconfig);
      },
    },
    events,
  );
  events.report(`Kubernetes ${version} answers (embedded, ${((Date.now() - since) / 1000).toFixed(1)} s)`);
  return { kubeconfig: paths.kubeconfig, stop: () => running.stop() };
}
