import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { send } from "./https-for-tests.js";
import type { Cluster } from "./start.js";

export type Reachable = Pick<Cluster, "url" | "kubeconfigPath">;

export const CONFIG_MAPS = "/api/v1/namespaces/default/configmaps";

/** As it was built: compiling it anew for each process takes longer than most tests. */
const program = fileURLToPath(new URL("../dist/cluster/main.js", import.meta.url));
/** Milliseconds to its first line. */
const START_DEADLINE_MS = 60_000;

export interface ProcessOptions {
  /** Blocks of 512 bytes that no file may be longer than. */
  maxBlocks?: number;
  env?: Record<string, string>;
}

/** Starts the cluster as a process of its own. */
export async function startProcess(
  dataDir: string,
  { maxBlocks, env = {} }: ProcessOptions = {},
): Promise<{ child: ChildProcess; cluster: Reachable }> {
  const limit = maxBlocks === undefined ? "" : `ulimit -f ${maxBlocks};`;
  const args = [program, "--data", dataDir, "--log-level", "silent"];
  const command = ["-c", `${limit} exec "$@"`, "sh", process.execPath, ...args];
  const child = spawn("sh", command, {
    stdio: ["ignore", "pipe", "inherit"],
    env: { ...process.env, ...env },
  });
  const signal = AbortSignal.timeout(START_DEADLINE_MS);
  const [line] = (await once(child.stdout, "data", { signal })) as [Buffer];
  const { url, kubeconfig } = JSON.parse(line.toString()) as { url: string; kubeconfig: string };
  return { child, cluster: { url, kubeconfigPath: kubeconfig } };
}

/** Name and version of the ConfigMaps in `default`. */
export async function storedConfigMaps(cluster: Reachable): Promise<Map<string, string>> {
  const { body } = await send(cluster, { path: CONFIG_MAPS });
  const { items } = body as unknown as { items: { metadata: { name: string; resourceVersion: string } }[] };
  return new Map(items.map(({ metadata }) => [metadata.name, metadata.resourceVersion]));
}
