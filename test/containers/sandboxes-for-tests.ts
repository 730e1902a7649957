import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { spawn as spawnTerminal } from "node-pty";
import type { KubectlFixture } from "../../cluster/kubectl-for-tests.js";
import { findKubectl, startKubectlFixture } from "../../cluster/kubectl-for-tests.js";
import { askContainers } from "../../containers/node/ask-containers.js";
import { ConnectedRuntime } from "../../containers/node/connect-runtime.js";
import { missingForContainers } from "../../containers/node/requirements.js";
import { builtFile } from "../../server/config.js";

/** No test has a terminal longer; what hangs is ended. */
const TERMINAL_MS = 60_000;

export interface TypedTerminal {
  type(text: string): void;
  /** Everything it has shown so far. */
  shown(): string;
  /** Resolves with the same once the line has ended. */
  ended: Promise<string>;
}

/** Why containers cannot be had here, for a line that says what is left out; `undefined` where they can. */
export function whyNoContainers(): string | undefined {
  if (findKubectl() === undefined) return "there is no kubectl on PATH";
  const missing = missingForContainers();
  return missing && `this machine lacks ${missing.what}`;
}

/** An embedded cluster in this process whose pods run in sandboxes, and the process that runs them. */
export class SandboxedCluster {
  readonly #folder: string;
  readonly runtime: ConnectedRuntime;
  #process: ChildProcess;
  readonly kubectl: KubectlFixture;

  private constructor(
    folder: string,
    process: ChildProcess,
    runtime: ConnectedRuntime,
    kubectl: KubectlFixture,
  ) {
    this.#folder = folder;
    this.#process = process;
    this.runtime = runtime;
    this.kubectl = kubectl;
  }

  static async start(): Promise<SandboxedCluster> {
    const folder = mkdtempSync(join(tmpdir(), "lectern-sandboxes-"));
    chmodSync(folder, 0o711);
    const process = await startProcess(folder);
    const runtime = new ConnectedRuntime(socketOf(folder), () => undefined);
    const kubectl = await startKubectlFixture(findKubectl() ?? "", { containerRuntime: runtime });
    return new SandboxedCluster(folder, process, runtime, kubectl);
  }

  /** Of the process that runs containers, by which others are connected to pods. */
  get socket(): string {
    return socketOf(this.#folder);
  }

  /** Of the process that runs containers. */
  get pid(): number {
    return this.#process.pid ?? 0;
  }

  /** Kills the process that runs containers, as a fault would, and starts another. */
  async killProcess(): Promise<void> {
    const ended = once(this.#process, "exit");
    this.#process.kill("SIGKILL");
    await ended;
    this.#process = await startProcess(this.#folder);
  }

  async create(name: string, spec: object, more: { namespace?: string } = {}): Promise<void> {
    const manifest = { apiVersion: "v1", kind: "Pod", metadata: { name, ...more }, spec };
    const { code, stderr } = await this.kubectl.run(["apply", "-f", "-"], JSON.stringify(manifest));
    if (code !== 0) throw new Error(stderr);
  }

  /** What `kubectl get pod` finds at a path of JSONPath. */
  async read(name: string, path: string, namespace = "default"): Promise<string> {
    const args = ["get", "pod", name, "-n", namespace, "-o", `jsonpath=${path}`];
    return (await this.kubectl.run(args)).stdout;
  }

  /** What a folder of the pod's disk holds, which is mounted for the process that runs containers alone. */
  filesOfPod(uid: string, folder: string): string[] {
    return readdirSync(join(`/proc/${this.pid}/root`, this.#folder, "containers/pods", uid, folder));
  }

  /** What a line of shell shows on a terminal, with `kubectl` and its credentials at hand; it is ended after `TERMINAL_MS`. */
  onTerminal(line: string): Promise<string> {
    return this.openTerminal(line).ended;
  }

  /** The same as a terminal that can be typed into. */
  openTerminal(line: string): TypedTerminal {
    const kubectl = findKubectl() ?? "";
    const env = {
      HOME: this.#folder,
      KUBECONFIG: this.kubectl.cluster.kubeconfigPath,
      PATH: `${dirname(kubectl)}:${process.env["PATH"] ?? ""}`,
    };
    const pty = spawnTerminal("/bin/sh", ["-c", line], { env });
    let shown = "";
    pty.onData((text) => (shown += text));
    const timer = setTimeout(() => pty.kill("SIGKILL"), TERMINAL_MS);
    const ended = new Promise<string>((resolve) => {
      pty.onExit(() => {
        clearTimeout(timer);
        resolve(shown);
      });
    });
    return { type: (text) => pty.write(text), shown: () => shown, ended };
  }

  async close(): Promise<void> {
    await this.kubectl.close();
    this.runtime.close();
    const ended = once(this.#process, "exit");
    this.#process.kill("SIGTERM");
    await ended;
    rmSync(this.#folder, { recursive: true });
  }
}

function socketOf(folder: string): string {
  return join(folder, "run", "containers.sock");
}

async function startProcess(folder: string): Promise<ChildProcess> {
  const main = builtFile("containers/node/main.js");
  const words = ["--mount", "--propagation", "slave", "--", process.execPath, main];
  const options = ["--socket", socketOf(folder), "--data", join(folder, "containers")];
  const child = spawn("unshare", [...words, ...options], { stdio: ["ignore", "inherit", "inherit"] });
  const deadline = performance.now() + 60_000;
  while (performance.now() < deadline) {
    try {
      await askContainers(socketOf(folder), AbortSignal.timeout(5000));
      return child;
    } catch {
      await wait(50);
    }
  }
  child.kill("SIGKILL");
  throw new Error("the containers' process does not answer");
}

/** A container of busybox that runs a line of its shell. */
export function busybox(command: string, more: object = {}): object {
  return { name: "c", image: "busybox:1.36", command: ["sh", "-c", command], ...more };
}
