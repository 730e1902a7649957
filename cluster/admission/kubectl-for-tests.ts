import { execFile, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { startCluster } from "../start.js";

export interface KubectlResult {
  exitCode: number;
  stdout: string;
  stderr: string;
}

/** A running embedded cluster and the machine's kubectl pointed at it. */
export interface KubectlCluster {
  /** Runs kubectl as the administrator; `input` is what it reads from `-f -`, objects are written as JSON. */
  kubectl(args: string[], input?: object | string): Promise<KubectlResult>;
  close(): Promise<void>;
}

/** One kubectl call against a cluster on loopback takes well below a second, on a machine that does nothing else. */
const KUBECTL_DEADLINE_MS = 60_000;

/** Why tests with kubectl cannot run here, or `undefined` where they can. */
export function kubectlMissing(): string | undefined {
  const { status } = spawnSync("kubectl", ["version", "--client"], { stdio: "ignore" });
  return status === 0 ? undefined : "kubectl is not installed";
}

export async function startKubectlCluster(): Promise<KubectlCluster> {
  const folder = mkdtempSync(join(tmpdir(), "lectern-kubectl-"));
  const cluster = await startCluster({ dataDir: join(folder, "data") });
  const common = ["--kubeconfig", cluster.kubeconfigPath, "--cache-dir", join(folder, "cache")];
  return {
    kubectl: (args, input) =>
      run([...common, ...args], typeof input === "object" ? JSON.stringify(input) : input),
    async close() {
      await cluster.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function run(args: string[], input: string | undefined): Promise<KubectlResult> {
  return new Promise((resolve) => {
    const child = execFile("kubectl", args, { timeout: KUBECTL_DEADLINE_MS }, (error, stdout, stderr) => {
      const code = error?.code;
      resolve({ exitCode: typeof code === "number" ? code : error ? 1 : 0, stdout, stderr });
    });
    child.stdin?.end(input ?? "");
  });
}
