import { until } from "../server/lectern-process.js";
import type { RealCluster } from "./real-cluster.js";

const COUNTED_MS = 60_000;

/** What the kubelet counts of each pod of a namespace against its memory, MiB, once it has counted all of them. */
export function podMemory(cluster: RealCluster, namespace: string): Promise<number[]> {
  return until(`the kubelet has counted the pods of ${namespace}`, COUNTED_MS, async () => {
    const found = await workingSets(cluster, namespace);
    return found.length > 0 && found.every((mebibytes) => mebibytes > 0) ? found : undefined;
  });
}

async function workingSets(cluster: RealCluster, namespace: string): Promise<number[]> {
  const summary = await cluster.read("get", "--raw", "/api/v1/nodes/node-1/proxy/stats/summary");
  const { pods } = JSON.parse(summary) as {
    pods: { podRef: { namespace: string }; memory?: { workingSetBytes?: number } }[];
  };
  return pods
    .filter(({ podRef }) => podRef.namespace === namespace)
    .map(({ memory }) => Math.round((memory?.workingSetBytes ?? Number.NaN) / 2 ** 20));
}
