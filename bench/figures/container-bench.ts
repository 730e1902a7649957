import { readFileSync } from "node:fs";
import { setTimeout as wait } from "node:timers/promises";
import { KubeConfig } from "../../kubernetes/node/client-library.js";
import { KubernetesClient } from "../../kubernetes/node/kubernetes-client.js";
import { SandboxedCluster, busybox } from "../../test/containers/sandboxes-for-tests.js";

/** Of the pods whose learner does not matter. */
export const PODS = "/api/v1/namespaces/default/pods";
/** Milliseconds that anything may take. */
export const DEADLINE_MS = 120_000;
const LOOK_MS = 5;

/** An embedded cluster whose pods run, and a client of it. */
export interface Bench {
  cluster: SandboxedCluster;
  client: KubernetesClient;
}

/** Does the work with a cluster that is gone after it. */
export async function withCluster<Result>(work: (bench: Bench) => Promise<Result>): Promise<Result> {
  const cluster = await SandboxedCluster.start();
  try {
    const config = new KubeConfig();
    config.loadFromFile(cluster.kubectl.cluster.kubeconfigPath);
    return await work({ cluster, client: new KubernetesClient(config) });
  } finally {
    await cluster.close();
  }
}

/** A pod of busybox that runs the line. */
export function pod(name: string, line: string): object {
  const spec = {
    terminationGracePeriodSeconds: 0,
    automountServiceAccountToken: false,
    containers: [busybox(line)],
  };
  return { apiVersion: "v1", kind: "Pod", metadata: { name }, spec };
}

/** Milliseconds until all pods of the list at the path run. */
export async function untilRunning({ client }: Bench, path: string, count: number): Promise<number> {
  const start = performance.now();
  for (;;) {
    const { items } = await client.get<{ items: { status?: { phase?: string } }[] }>(path);
    if (items.filter(({ status }) => status?.phase === "Running").length >= count)
      return performance.now() - start;
    if (performance.now() - start > DEADLINE_MS) throw new Error(`${String(count)} pods do not run`);
    await wait(LOOK_MS);
  }
}

/** Milliseconds until a new pod runs. */
export async function runPod(bench: Bench, name: string, line: string, pods = PODS): Promise<number> {
  const start = performance.now();
  await bench.client.create(pods, pod(name, line));
  await untilRunning(bench, `${pods}?fieldSelector=metadata.name%3D${name}`, 1);
  return performance.now() - start;
}

/** The process that runs containers, with everything it has started. */
export function family(pid: number): number[] {
  const children = readFileSync(`/proc/${String(pid)}/task/${String(pid)}/children`, "utf8")
    .trim()
    .split(" ")
    .filter(Boolean);
  return [pid, ...children.flatMap((child) => family(Number(child)))];
}
