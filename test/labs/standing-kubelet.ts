import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, chownSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { KubernetesClient } from "../../kubernetes/node/kubernetes-client.js";
import { productRoot } from "../server/lectern-process.js";

interface Pod {
  metadata: { name: string };
  spec: {
    securityContext: { runAsUser: number };
    containers: { command: string[]; args: string[]; env: { name: string; value: string }[] }[];
  };
}

/**
 * Does for one pod what a kubelet would, where there is none: brings the host with the program of the pod's own init container, runs the
 * pod's own command line as the pod's own account, and says so in the pod's status. Everything but the container is real.
 */
export class StandingKubelet {
  readonly #client: KubernetesClient;
  readonly #namespace: string;
  readonly #folder = mkdtempSync(join(tmpdir(), "standing-kubelet-"));
  readonly #started = new Map<string, ChildProcess>();

  constructor(client: KubernetesClient, namespace: string) {
    this.#client = client;
    this.#namespace = namespace;
    const install = join(productRoot, "dist/pods/node/install-host.js");
    execFileSync(process.execPath, [install, join(this.#folder, "host")]);
    execFileSync("chmod", ["-R", "a+rX", this.#folder]);
  }

  /** Runs the pod at an address of loopback. */
  async run(name: string, ip: string): Promise<ChildProcess> {
    const path = `/api/v1/namespaces/${this.#namespace}`;
    const pod = await this.#client.get<Pod>(`${path}/pods/${name}`);
    const secret = await this.#client.get<{ data: Record<string, string> }>(
      `${path}/secrets/${name}-certificate`,
    );
    const uid = pod.spec.securityContext.runAsUser;
    // The folder stays when the pod is made again, as the volume of a persistent home does; its data do not.
    const place = join(this.#folder, name);
    rmSync(join(place, "data"), { recursive: true, force: true });
    for (const folder of ["", "home", "tmp", "data", "certificate"])
      this.#makeFolder(join(place, folder), uid);
    for (const [file, data] of Object.entries(secret.data))
      writeFileSync(join(place, "certificate", file), Buffer.from(data, "base64"));
    const [container] = pod.spec.containers;
    const words = [...(container?.command ?? []), ...(container?.args ?? [])].map((word) =>
      word
        .replaceAll("/opt/lectern-host", join(this.#folder, "host"))
        .replace("/home/learner", join(place, "home"))
        .replace(/^\/tmp$/, join(place, "tmp"))
        .replace("/var/lib/lectern-host", join(place, "data"))
        .replace("/etc/lectern-host", join(place, "certificate"))
        .replace("*:", `${ip}:`),
    );
    const [file = "", ...args] = words;
    const env = Object.fromEntries((container?.env ?? []).map(({ name: key, value }) => [key, value]));
    const child = spawn(file, args, {
      env,
      cwd: "/",
      stdio: ["ignore", "pipe", "inherit"],
      ...(process.getuid?.() === 0 ? { uid, gid: uid } : {}),
    });
    this.#started.set(name, child);
    await Promise.race([
      once(child.stdout as NodeJS.ReadableStream, "data"),
      once(child, "exit").then(() => Promise.reject(new Error("the host ended"))),
    ]);
    await this.say(name, {
      phase: "Running",
      podIP: ip,
      podIPs: [{ ip }],
      containerStatuses: [
        { name: "shell", image: "", imageID: "", ready: true, restartCount: 0, state: { running: {} } },
      ],
    });
    return child;
  }

  /** Writes the status of a pod, as the kubelet does. */
  async say(name: string, status: object): Promise<void> {
    await this.#client.merge(`/api/v1/namespaces/${this.#namespace}/pods/${name}/status`, { status });
  }

  /** Ends the pod's processes. */
  async end(name: string): Promise<void> {
    const child = this.#started.get(name);
    this.#started.delete(name);
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    child.kill("SIGTERM");
    await once(child, "exit");
  }

  async stop(): Promise<void> {
    for (const name of this.#started.keys()) await this.end(name);
    rmSync(this.#folder, { recursive: true, force: true });
  }

  /** As volumes of a pod with an fsGroup are: root's, and open to the group. */
  #makeFolder(path: string, uid: number): void {
    mkdirSync(path, { recursive: true });
    if (process.getuid?.() !== 0) return;
    chownSync(path, 0, uid);
    chmodSync(path, 0o2777);
  }
}
