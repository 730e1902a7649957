import { startContainers } from "./containers.js";
import type { ContainersOptions } from "./containers.js";
import { startCluster } from "./embedded-cluster.js";
import type { ClusterOptions } from "./embedded-cluster.js";
import type { ProcessEvents } from "./supervised-process.js";

/** Starts the embedded Kubernetes and, where it has a socket, the process that runs its containers; resolves when both answer. */
export async function startClusterWithContainers(
  socket: string | undefined,
  options: Omit<ContainersOptions, "containers"> & Pick<ClusterOptions, "port" | "hasOneNetwork">,
  events: ProcessEvents,
): Promise<Awaited<ReturnType<typeof startCluster>> & { hasContainers: boolean }> {
  const { environment, paths, logTo, port, hasOneNetwork = false } = options;
  const place = {
    hasOneNetwork,
    ...(port !== undefined && { port }),
    ...(socket !== undefined && { containers: socket }),
  };
  const [cluster, containers] = await Promise.allSettled([
    startCluster({ environment, paths, logTo, ...place }, events),
    socket === undefined ? undefined : startContainers(socket, options, events),
  ]);
  // The cluster first: it would start again what it sees ending.
  const stop = async (): Promise<void> => {
    if (cluster.status === "fulfilled") await cluster.value.stop();
    if (containers.status === "fulfilled") await containers.value?.stop();
  };
  if (cluster.status === "fulfilled" && containers.status === "fulfilled")
    return { ...cluster.value, hasContainers: socket !== undefined, stop };
  await stop();
  throw cluster.status === "rejected" ? cluster.reason : (containers as PromiseRejectedResult).reason;
}
