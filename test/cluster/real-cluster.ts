import { type ChildProcess, execFile, spawn } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";
import { inject } from "vitest";
import { BUSYBOX_IMAGE } from "../kubernetes/node/node-images.js";
import { type NodeIdentity, NodeNamespaces } from "../kubernetes/node/node-namespaces.js";

const COMMAND_DEADLINE_MS = 120_000;
const UNTIL_DEADLINE_MS = 240_000;
const POLL_MS = 200;
const MAX_OUTPUT_BYTES = 32 * 1024 * 1024;

/** What the global set-up tells the test files of the cluster it has started. */
export interface RealClusterIdentity {
  /** Path of a kubeconfig whose user is cluster-admin; valid on this machine's loopback and inside the node. */
  kubeconfig: string;
  kubectl: string;
  node: NodeIdentity;
}

declare module "vitest" {
  interface ProvidedContext {
    /** Absent where the machine cannot run one; the reason has been printed. */
    realCluster: RealClusterIdentity | undefined;
  }
}

/** What kubectl answered. */
export interface Outcome {
  code: number;
  stdout: string;
  stderr: string;
}

/** The real cluster of the run, as test files use it. */
export class RealCluster {
  readonly kubeconfig: string;
  readonly kubectlPath: string;
  /** The machine of the node: programs run on it, addresses are forwarded from it. */
  readonly node: NodeNamespaces;
  /** Names of images that pods can use. */
  readonly images = { busybox: BUSYBOX_IMAGE };

  constructor(identity: RealClusterIdentity) {
    this.kubeconfig = identity.kubeconfig;
    this.kubectlPath = identity.kubectl;
    this.node = new NodeNamespaces(identity.node);
  }

  /** Runs kubectl as cluster-admin, with an object or text as its input; never throws for what it answers. */
  kubectl(args: string[], input?: unknown): Promise<Outcome> {
    return new Promise((resolve) => {
      const child = execFile(
        this.kubectlPath,
        [`--kubeconfig=${this.kubeconfig}`, ...args],
        { timeout: COMMAND_DEADLINE_MS, maxBuffer: MAX_OUTPUT_BYTES },
        (error, stdout, stderr) => {
          const code = error === null ? 0 : typeof error.code === "number" ? error.code : 1;
          resolve({ code, stdout, stderr });
        },
      );
      child.stdin?.end(typeof input === "string" ? input : JSON.stringify(input ?? ""));
    });
  }

  /** Standard output of kubectl; throws with its standard error when it fails. */
  async read(...args: string[]): Promise<string> {
    const { code, stdout, stderr } = await this.kubectl(args);
    if (code !== 0) throw new Error(`kubectl ${args.join(" ")} ended with ${code}: ${stderr}`);
    return stdout;
  }

  /** Applies objects; throws with what kubectl said when it fails. */
  apply(...objects: unknown[]): Promise<void> {
    return this.#withList("apply", objects);
  }

  /** Deletes objects and waits until they are gone; throws with what kubectl said when it fails. */
  remove(...objects: unknown[]): Promise<void> {
    return this.#withList("delete", objects);
  }

  async #withList(verb: string, items: readonly unknown[]): Promise<void> {
    const { code, stderr } = await this.kubectl([verb, "--filename=-"], {
      apiVersion: "v1",
      kind: "List",
      items,
    });
    if (code !== 0) throw new Error(`kubectl ${verb} ended with ${code}: ${stderr}`);
  }

  /** Runs kubectl until its output matches, and returns that; throws with the last answer after four minutes. */
  async until(args: string[], expected: RegExp): Promise<string> {
    const deadline = Date.now() + UNTIL_DEADLINE_MS;
    for (;;) {
      const { stdout, stderr } = await this.kubectl(args);
      if (expected.test(stdout)) return stdout;
      if (Date.now() > deadline)
        throw new Error(
          `kubectl ${args.join(" ")} did not come to match ${String(expected)}: ${stdout}${stderr}`,
        );
      await sleep(POLL_MS);
    }
  }

  /** Starts kubectl and leaves it running, for `port-forward` and its like; the caller ends it. */
  start(args: string[]): ChildProcess {
    return spawn(this.kubectlPath, [`--kubeconfig=${this.kubeconfig}`, ...args], { stdio: "pipe" });
  }

  /** A new namespace of that name, whose removal is left to the caller. */
  async createNamespace(name: string): Promise<void> {
    await this.apply({ apiVersion: "v1", kind: "Namespace", metadata: { name } });
    await this.until(["get", "serviceaccount", "default", `--namespace=${name}`, "--output=name"], /default/);
  }
}

/** The cluster of the run; throws where there is none, so a suite asks `hasRealCluster` first. */
export function realCluster(): RealCluster {
  const identity = inject("realCluster");
  if (identity === undefined) throw new Error("there is no real cluster");
  return new RealCluster(identity);
}

/** Whether the run has a real cluster; the global set-up has said why not. */
export function hasRealCluster(): boolean {
  return inject("realCluster") !== undefined;
}
