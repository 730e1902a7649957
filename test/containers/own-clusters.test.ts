import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pino } from "pino";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { findKubectl } from "../../cluster/kubectl-for-tests.js";
import { ConnectedRuntime } from "../../containers/node/connect-runtime.js";
import { OwnClusterProcesses } from "../../server/own-clusters.js";
import type { OwnImage } from "../../workshop/common/lab-images.js";
import { busybox, SandboxedCluster, whyNoContainers } from "./sandboxes-for-tests.js";

const why = whyNoContainers();
if (why !== undefined) process.stdout.write(`left out: pods of sessions' own clusters (${why})\n`);

const PATIENCE = { timeout: 60_000, interval: 200 };
const STATE =
  "jsonpath={.status.phase} {.status.containerStatuses[0].ready} {.status.containerStatuses[0].state.waiting.reason}";
const COMMAND_MS = 60_000;
/** Named as nothing of other tests is: they are counted on the whole machine. */
const FOLDER = `/tmp/own-${process.pid}`;
const SERVER = `httpd -f -p 80 -h ${FOLDER}`;
const SLEEP = `sleep ${1_000_000 + process.pid}`;
const CONTAINER_ID = "jsonpath={.status.containerStatuses[0].containerID}";

const IMAGES: OwnImage[] = [
  { name: "shop/web:1.0", like: "nginx:1.27" },
  { name: "shop/web:2.0", missing: true },
  { name: "shop/api:1.0", exits: 7, log: "no database at db:5432" },
];

describe.skipIf(why !== undefined)("pods of clusters that two sessions have of their own", () => {
  let platform: SandboxedCluster;
  let folder: string;
  let clusters: OwnClusterProcesses;
  const kubectl = (session: string, args: string[], input = ""): string => {
    const kubeconfig = join(folder, "clusters", session, "kubeconfig");
    const options = { input, encoding: "utf8", timeout: COMMAND_MS } as const;
    const { status, stdout, stderr } = spawnSync(
      findKubectl() ?? "",
      ["--kubeconfig", kubeconfig, ...args],
      options,
    );
    return status === 0 ? stdout : `${stdout}${stderr}`;
  };
  const ready = (session: string): Promise<void> =>
    vi.waitFor(() => {
      const status =
        "jsonpath={.status.containerStatuses[0].ready} {.status.containerStatuses[0].restartCount}";
      expect(kubectl(session, ["get", "pod", "web", "-o", status])).toBe("true 0");
    }, PATIENCE);

  beforeAll(async () => {
    platform = await SandboxedCluster.start();
    folder = mkdtempSync(join(tmpdir(), "lectern-own-"));
    clusters = new OwnClusterProcesses({
      paths: { ownClusters: join(folder, "clusters"), owners: join(folder, "owners") },
      environment: { childEnvironment: { PATH: process.env["PATH"] ?? "" } },
      containers: platform.socket,
      log: pino({ level: "silent" }),
    });
    await platform.create("of-the-platform", { containers: [busybox(`exec ${SLEEP}`)] });
    await Promise.all([clusters.make("ada", { images: IMAGES }), clusters.make("bob")]);
    for (const session of ["ada", "bob"]) {
      const web = {
        ...busybox(`mkdir -p ${FOLDER}; echo ${session} >${FOLDER}/index.html; exec ${SERVER}`),
        ports: [],
      };
      const pod = { apiVersion: "v1", kind: "Pod", metadata: { name: "web", labels: { app: "web" } } };
      const manifest = JSON.stringify({ ...pod, spec: { containers: [web] } });
      // Pods are refused before their namespace has its account.
      await vi.waitFor(
        () =>
          expect(kubectl(session, ["apply", "-f", "-"], manifest)).toMatch(/pod\/web (created|unchanged)/),
        PATIENCE,
      );
      kubectl(session, ["create", "namespace", "other"]);
      kubectl(session, ["expose", "pod", "web", "--port=80"]);
    }
    await Promise.all(["ada", "bob"].map(ready));
  });
  afterAll(async () => {
    await clusters?.stop();
    await platform?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const page = (session: string): string =>
    kubectl(session, ["exec", "web", "--", "wget", "-q", "-O", "-", "http://web"]);

  it("really run, and find their own pods alone, also by the same names and addresses", async () => {
    const address = ["get", "pod", "web", "-o", "jsonpath={.status.podIP}"];
    expect(kubectl("ada", address)).toBe(kubectl("bob", address));
    await expect.poll(() => page("ada"), PATIENCE).toBe("ada\n");
    await expect.poll(() => page("bob"), PATIENCE).toBe("bob\n");
  });

  it("are nothing to another cluster that names them, and how they end is told to theirs alone", async () => {
    const uid = kubectl("ada", ["get", "pod", "web", "-o", "jsonpath={.metadata.uid}"]);
    const [, container = ""] = kubectl("ada", ["get", "pod", "web", "-o", CONTAINER_ID]).split("://");
    const heard = new Map<string | undefined, string[]>();
    const runtimes = [undefined, "ada", "bob"].map((cluster) => {
      const runtime = new ConnectedRuntime(platform.socket, () => undefined, { cluster });
      heard.set(cluster, []);
      runtime.onExit((exit) => void heard.get(cluster)?.push(exit.container));
      return runtime;
    });
    const [ofPlatform, ofAda, ofBob] = runtimes as [ConnectedRuntime, ConnectedRuntime, ConnectedRuntime];
    try {
      const asked = { command: ["true"], stdin: false, tty: false };
      for (const other of [ofPlatform, ofBob]) {
        await expect(other.exec(container, asked)).rejects.toThrow(`there is no sandbox ${uid}`);
        await expect(other.dial(uid, 80)).rejects.toThrow(`there is no sandbox ${uid}`);
        await expect(other.removeSandbox(uid)).rejects.toThrow(`there is no sandbox ${uid}`);
        expect((await other.list()).map(({ id }) => id)).not.toContain(uid);
      }
      expect(await (await ofAda.exec(container, asked)).exitCode).toBe(0);
      kubectl("ada", ["run", "brief", "--image=busybox", "--restart=Never", "--", "true"]);
      await expect.poll(() => heard.get("ada"), PATIENCE).toHaveLength(1);
      expect([heard.get(undefined), heard.get("bob")]).toEqual([[], []]);
      // Whoever connects again hears of what ended meanwhile.
      const again = new ConnectedRuntime(platform.socket, () => undefined, { cluster: "ada" });
      again.onExit((exit) => void heard.get("bob")?.push(exit.container));
      await expect.poll(() => heard.get("bob"), PATIENCE).toEqual(heard.get("ada"));
      again.close();
    } finally {
      for (const runtime of runtimes) runtime.close();
    }
  });

  it("are found again, with the other's, by a cluster that was killed", async () => {
    const { pid } = JSON.parse(readFileSync(join(folder, "owners", "cluster-of-ada.json"), "utf8")) as {
      pid: number;
    };
    process.kill(pid, "SIGKILL");
    await ready("ada");
    await expect.poll(() => page("ada"), PATIENCE).toBe("ada\n");
    expect(page("bob")).toBe("bob\n");
    expect(running(SERVER)).toBe(2);
  });

  it("are of the images of their lab in every namespace of its cluster, also of one that was killed, and in no other", async () => {
    const state = (session: string, pod: string): string =>
      kubectl(session, ["get", "pod", pod, "-n", "other", "-o", STATE]);
    for (const session of ["ada", "bob"])
      for (const { name } of IMAGES)
        kubectl(session, ["run", name.replace(/\W/g, "-"), "-n", "other", `--image=${name}`]);
    await expect.poll(() => state("ada", "shop-web-1-0"), PATIENCE).toBe("Running true ");
    await expect.poll(() => state("ada", "shop-web-2-0"), PATIENCE).toMatch(/ ImagePullBackOff$/);
    await expect.poll(() => state("ada", "shop-api-1-0"), PATIENCE).toMatch(/ CrashLoopBackOff$/);
    expect(kubectl("ada", ["logs", "shop-api-1-0", "-n", "other"])).toBe("no database at db:5432\n");
    const message = ["get", "pod", "shop-web-2-0", "-n", "other", "-o", "jsonpath={.status.message}"];
    await expect.poll(() => kubectl("bob", message), PATIENCE).toContain("simulated");
  });

  it("go with their session, and nobody else's do", async () => {
    await clusters.close("ada");
    expect(running(SERVER)).toBe(1);
    expect(page("bob")).toBe("bob\n");
    expect(await platform.read("of-the-platform", "{.status.containerStatuses[0].restartCount}")).toBe("0");
    expect(running(SLEEP)).toBe(1);
  });
});

/** How many processes of this machine have that command line. */
function running(commandLine: string): number {
  const lines = execFileSync("ps", ["-eo", "args"], { encoding: "utf8" }).split("\n");
  return lines.filter((line) => line.trim() === commandLine).length;
}
