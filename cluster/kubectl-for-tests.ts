import { execFile, spawn } from "node:child_process";
import type { ChildProcessWithoutNullStreams } from "node:child_process";
import { existsSync, mkdtempSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import type { Cluster, StartClusterOptions } from "./start.js";
import { startCluster } from "./start.js";

/** Environment variable with the path of the kubectl to test instead of the one on PATH. */
export const CHOSEN_KUBECTL = "LECTERN_TEST_KUBECTL";
/** Milliseconds one kubectl command may take, on a machine that does much else; one that hangs is ended, and says so. */
const COMMAND_TIMEOUT_MS = 60_000;

export interface CommandResult {
  code: number;
  stdout: string;
  stderr: string;
}

/** A cluster in this process and a kubectl that talks to it, with a home of its own. */
export interface KubectlFixture {
  cluster: Cluster;
  run(args: string[], input?: string): Promise<CommandResult>;
  /** A command that goes on, such as `get -w`; the caller ends it. */
  start(args: string[]): ChildProcessWithoutNullStreams;
  /** Ends the cluster and starts it again on the same data and port; `meanwhile` is called between. */
  restart(meanwhile?: () => void | Promise<void>): Promise<void>;
  close(): Promise<void>;
}

/** The kubectl on PATH, or the one of a minor version (`1.29`) beside it; `undefined` where there is none. */
export function findKubectl(version?: string): string | undefined {
  for (const folder of (process.env["PATH"] ?? "").split(delimiter)) {
    const path = join(folder, "kubectl");
    if (!existsSync(path)) continue;
    if (version === undefined) return path;
    const sibling = join(dirname(realpathSync(path)), `kubectl.${version}`);
    if (existsSync(sibling)) return sibling;
  }
  return undefined;
}

/** `options` go to the cluster. */
export async function startKubectlFixture(
  kubectl: string,
  options: Omit<StartClusterOptions, "dataDir"> = {},
): Promise<KubectlFixture> {
  const folder = mkdtempSync(join(tmpdir(), "lectern-kubectl-"));
  let cluster = await startCluster({ dataDir: join(folder, "data"), ...options });
  const env = { HOME: folder, KUBECONFIG: cluster.kubeconfigPath, PATH: process.env["PATH"] ?? "" };
  return {
    cluster,
    async restart(meanwhile = () => undefined) {
      await cluster.close();
      await meanwhile();
      cluster = await startCluster({ dataDir: join(folder, "data"), ...options });
    },
    run: (args, input) => run(kubectl, args, env, input),
    start: (args) => spawn(kubectl, args, { env }),
    async close() {
      await cluster.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function run(kubectl: string, args: string[], env: NodeJS.ProcessEnv, input = ""): Promise<CommandResult> {
  return new Promise((resolve) => {
    const child = execFile(kubectl, args, { env, timeout: COMMAND_TIMEOUT_MS }, (error, stdout, stderr) => {
      const code = error === null ? 0 : typeof error.code === "number" ? error.code : -1;
      const isEnded = error?.killed === true;
      resolve({ code, stdout, stderr: isEnded ? `${stderr}${error.message}: it was ended` : stderr });
    });
    // What a command does not read before it ends is nobody's fault.
    child.stdin?.on("error", () => undefined).end(input);
  });
}
