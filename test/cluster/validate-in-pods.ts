import { execFile } from "node:child_process";
import { join } from "node:path";
import { NODE_ADDRESS } from "../kubernetes/node/node-namespaces.js";
import { productRoot } from "../server/lectern-process.js";
import type { InstalledChart } from "./installed-chart.js";
import type { RealCluster } from "./real-cluster.js";

/** A lab of ours with checks takes half of it on a busy machine. */
const DEADLINE_MS = 170_000;

/** Replays a shipped lab in pods of the chart's images, from where they reach it: the machine of the node. */
export function validateInPods(
  lab: string,
  { images: { server, toolbox } }: Pick<InstalledChart, "images">,
  cluster: RealCluster,
): Promise<{ status: number; output: string }> {
  const [command, words] = cluster.node.inside(process.execPath, [
    join(productRoot, "bin/lectern.js"),
    "validate",
    join(productRoot, "content", lab),
    `--kubeconfig=${cluster.kubeconfig}`,
    "--shells=pods",
    `--shell-image=${toolbox.name}`,
    `--host-image=${server.name}`,
    `--shell-url=http://${NODE_ADDRESS}:18080`,
  ]);
  return new Promise((resolve) => {
    execFile(command, words, { timeout: DEADLINE_MS }, (error, stdout, stderr) =>
      resolve({ status: error === null ? 0 : Number(error.code ?? -1), output: stdout + stderr }),
    );
  });
}
