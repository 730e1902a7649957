import { readFileSync } from "node:fs";
import { KubeConfig } from "../../kubernetes/node/client-library.js";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { KubernetesClient } from "../../kubernetes/node/kubernetes-client.js";
import { openPodSessionHost } from "../../pods/node/pod-session-host.js";
import { POD_SESSION_LABEL, type PodSettings } from "../../pods/node/pod-settings.js";
import type { SessionHost, SessionPod, TerminalEvent } from "../../terminal/common/session-host.js";
import { defaultSessionLimits } from "../../terminal/common/session-limits.js";
import { type RealCluster, hasRealCluster, realCluster } from "./real-cluster.js";
import { volumeOn } from "./home-volume.js";
import { productImages } from "./product-images.js";

const NAMESPACE = "lectern-shells";
const MIB = 1024 * 1024;

function text(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString();
}

function report(line: string): void {
  process.stderr.write(`${line}\n`);
}

describe.skipIf(!hasRealCluster())(
  "shells in pods of a real node, through the API server's port-forward",
  () => {
    let cluster: RealCluster;
    let client: KubernetesClient;
    let config: KubeConfig;
    let settings: PodSettings;
    let host: SessionHost;
    const address = { session: "shells-1", terminal: "1" };

    beforeAll(async () => {
      cluster = realCluster();
      const { server, toolbox } = await productImages(cluster.node);
      settings = {
        namespace: NAMESPACE,
        image: toolbox.name,
        hostImage: server.name,
        pullSecrets: [],
        limits: defaultSessionLimits,
      };
      config = new KubeConfig();
      config.loadFromString(readFileSync(cluster.kubeconfig, "utf8"));
      client = new KubernetesClient(config);
      host = await open();
    });
    afterAll(async () => {
      await host?.disconnect();
      client?.close();
      await cluster?.read("delete", "namespace", NAMESPACE, "shells-1", "--ignore-not-found");
    });

    async function open(): Promise<SessionHost> {
      const opened = await openPodSessionHost({ client, config, settings, route: "port-forward", report });
      return opened.host;
    }

    async function podOf(namespace: string, more: Partial<SessionPod> = {}): Promise<SessionPod> {
      await cluster.kubectl(["create", "namespace", namespace]);
      const uid = await cluster.read("get", "namespace", namespace, "--output=jsonpath={.metadata.uid}");
      return {
        owner: { apiVersion: "v1", kind: "Namespace", name: namespace, uid },
        namespace,
        persistentHome: false,
        ...more,
      };
    }

    /** What is said to somebody who waits 8 s for a pod. */
    async function refusalOf(session: string, more: Partial<SessionPod> = {}): Promise<string> {
      const options = { client, config, settings, route: "port-forward", readyMs: 8_000, report } as const;
      const { host: impatient } = await openPodSessionHost(options);
      try {
        await impatient.prepare(session, { files: [], pod: await podOf("shells-1", more) });
        return "it was prepared";
      } catch (error) {
        return (error as Error).message;
      } finally {
        await impatient.close(session);
        await impatient.disconnect();
      }
    }

    it("prepares a session, and has its shell, verdicts, programs and files", async () => {
      const pod = await podOf("shells-1");
      await host.prepare("shells-1", { files: [{ path: "notes.txt", content: "for the learner" }], pod });
      const info = await host.open(address, { env: {} });
      expect(info.confinement).toMatch(/a container of its own/);
      const outcome = await host.run(address, { id: "a", text: "cat notes.txt; (exit 5)" });
      expect(outcome).toMatchObject({ status: "failed", exitStatus: 5, output: "for the learner" });
      await host.write("shells-1", { path: "deep/file", content: "x" });
      expect(text(await host.read("shells-1", "deep/file"))).toBe("x");
      expect((await host.list("shells-1", "deep")).entries).toHaveLength(1);
    });

    it("holds what a pod can hold, and says so", async () => {
      const { measures } = await host.confinement();
      const holds = Object.fromEntries(measures.map((measure) => [measure.subject, measure.holds]));
      expect(holds).toMatchObject({ files: true, kernel: true, memory: true, network: false });
      const ask = ": > /usr/x; ls /var/run/secrets/kubernetes.io; id -un; [ $(id -u) -ge 1000000000 ]";
      const { exitStatus, stdout, stderr } = await host.exec("shells-1", { argv: ["bash", "-c", ask] });
      expect([exitStatus, text(stdout)]).toEqual([0, "learner\n"]);
      expect(text(stderr)).toMatch(/Read-only file system[^]*No such file/);
    });

    it("carries floods and many connections", async () => {
      const flood = await host.exec("shells-1", {
        argv: ["bash", "-c", "head -c 12582912 /dev/zero"],
        outputBytes: 16 * MIB,
        timeoutMs: 60_000,
      });
      expect(flood.stdout.length).toBe(12 * MIB);
      const echo = await host.exec("shells-1", {
        argv: ["wc", "-c"],
        stdin: new Uint8Array(8 * MIB),
        timeoutMs: 60_000,
      });
      expect(text(echo.stdout).trim()).toBe(String(8 * MIB));
      const many = Array.from({ length: 20 }, (_, at) =>
        host.exec("shells-1", { argv: ["bash", "-c", `echo ${at}`] }),
      );
      expect((await Promise.all(many)).map(({ stdout }) => Number(text(stdout)))).toEqual(
        many.map((_, at) => at),
      );
      expect(await host.run(address, { id: "flood", text: "seq 200000" })).toMatchObject({
        status: "succeeded",
      });
    });

    it("reaches a port that a program of the session listens at", async () => {
      const program =
        "require('net').createServer((s) => s.pipe(s)).listen(8080, '127.0.0.1', () => console.log('up'))";
      await host.write("shells-1", { path: "echo.js", content: program });
      await host.run(address, { id: "listen", text: "/opt/lectern-host/bin/node echo.js > log & sleep 2" });
      const connection = await host.dial("shells-1", 8080);
      await connection.write(Buffer.from("there and back"));
      for await (const bytes of connection) {
        expect(text(bytes)).toBe("there and back");
        break;
      }
      await expect(host.dial("shells-1", 8081)).rejects.toMatchObject({ code: "TERMINAL_PORT_REFUSED" });
    });

    it("takes at most 60 MB for the host", async () => {
      const ask =
        "grep -h RssAnon $(grep -l [l]ectern-host/dist /proc/[0-9]*/cmdline | sed 's/cmdline/status/')";
      const { stdout } = await host.exec("shells-1", { argv: ["bash", "-c", ask] });
      const [kilobytes] = [...text(stdout).matchAll(/(\d+) kB/g)].map(([, number]) => Number(number));
      expect((kilobytes ?? Number.NaN) / 1024).toBeLessThan(60);
    });

    it("keeps the shell for another server, with outcomes by id and recordings", async () => {
      await host.run(address, { id: "pid", text: "echo $$ > pid" });
      const lost = host.run(address, { id: "long", text: "sleep 10; cat pid; echo $$" });
      lost.catch(() => undefined);
      await expect.poll(() => host.outcome(address, "long")).toBe("running");
      await host.disconnect();
      host = await open();
      expect(await host.sessions()).toEqual(["shells-1"]);
      const outcome = await host.run(address, { id: "long", text: "sleep 10; cat pid; echo $$" });
      const [first, second] = outcome.output.trim().split("\n");
      expect(first).toBe(second);
      const [recording] = await host.recordings("shells-1");
      const pieces: Uint8Array[] = [];
      for await (const piece of host.recording("shells-1", recording?.name ?? "")) pieces.push(piece);
      expect(Buffer.concat(pieces).toString()).toContain("for the learner");
    });

    // These wait for the node most of the time, each for a pod of its own.
    it.concurrent("is started again by the kubelet when it hears nobody, and reached again", async () => {
      const restarts = ["get", "pod", "shells-1", `--namespace=${NAMESPACE}`];
      const count = "--output=jsonpath={.status.containerStatuses[0].restartCount}";
      const stop = "kill -STOP $(grep -l [l]ectern-host/dist /proc/[0-9]*/cmdline | cut -d/ -f3 | head -n 1)";
      await cluster.kubectl(["exec", "shells-1", `--namespace=${NAMESPACE}`, "--", "bash", "-c", stop]);
      await cluster.until([...restarts, count], /^[1-9]/);
      await host.open(address, { env: {} });
      expect(await host.run(address, { id: "heard", text: "cat notes.txt" })).toMatchObject({
        output: "for the learner",
      });
    });

    it.concurrent("says that an image is not there", async () => {
      const pod = await podOf("shells-1", { image: "nobody/has-this:1" });
      await expect(host.prepare("shells-2", { files: [], pod })).rejects.toMatchObject({
        code: "TERMINAL_POD_NOT_READY",
        message: expect.stringMatching(/the image nobody\/has-this:1 cannot be had \(ImagePullBackOff\)/),
      });
      await host.close("shells-2");
    });

    it.concurrent("keeps a home on a volume for the next pod, and takes the claim away with the session", async () => {
      const volume = volumeOn(cluster.node, "home-volume");
      await cluster.apply(volume);
      const pod = await podOf("shells-1", { persistentHome: true });
      const files = [{ path: "notes.txt", content: "for the learner" }];
      try {
        await host.prepare("shells-5", { files, pod });
        await host.write("shells-5", { path: "notes.txt", content: "the learner's own" });
        await cluster.read("delete", "pod", "shells-5", `--namespace=${NAMESPACE}`);
        await host.prepare("shells-5", { files, pod });
        expect(text(await host.read("shells-5", "notes.txt"))).toBe("the learner's own");
      } finally {
        await host.close("shells-5");
        await cluster.read("delete", "persistentvolume", volume.metadata.name);
      }
    });

    it.concurrent("says to whoever is in it why the node ended a pod, and gives another", async (test) => {
      const events: TerminalEvent[] = [];
      const stop = host.onEvent((event) => events.push(event));
      const limits = { cpus: 0.5, memoryBytes: 256 * 2 ** 20, homeBytes: 4 * 2 ** 20 };
      const full = { session: "shells-6", terminal: "1" };
      const pod = await podOf("shells-1");
      try {
        await host.prepare("shells-6", { files: [], limits, pod });
        await host.open(full, { env: {} });
        // Past the host, which would end what writes too much.
        const fill = "head -c 50000000 /dev/zero >/home/learner/full";
        await cluster.kubectl(["exec", "shells-6", `--namespace=${NAMESPACE}`, "--", "bash", "-c", fill]);
        // The global one knows no test beside others that have ended.
        await test.expect
          .poll(() => events, { timeout: 120_000 })
          .toContainEqual({
            type: "terminal-exited",
            address: full,
            exitStatus: expect.any(Number),
            reason: expect.stringMatching(/its node ended it \(evicted\): .*exceeds the limit/),
          });
        await host.prepare("shells-6", { files: [], limits, pod });
        expect(await host.open(full, { env: {} })).toMatchObject({ state: "running" });
      } finally {
        stop();
        await host.close("shells-6");
      }
    });

    it("tells that the pod is gone with its node, which was drained, and gives another", async () => {
      const events: TerminalEvent[] = [];
      host.onEvent((event) => events.push(event));
      await host.terminals("shells-1");
      const node = await cluster.read("get", "nodes", "--output=jsonpath={.items[0].metadata.name}");
      const pods = `--pod-selector=${POD_SESSION_LABEL}=shells-1`;
      try {
        await cluster.read("drain", node, "--force", "--delete-emptydir-data", pods, "--timeout=60s");
      } finally {
        await cluster.read("uncordon", node);
      }
      await expect
        .poll(() => events)
        .toContainEqual({
          type: "terminal-exited",
          address,
          exitStatus: expect.any(Number),
          reason: expect.stringMatching(/^The machine of this session is gone: .*gone with it\.$/),
        });
      await expect(host.open(address, { env: {} })).rejects.toMatchObject({ code: "TERMINAL_POD_GONE" });
      await host.prepare("shells-1", {
        files: [{ path: "notes.txt", content: "again" }],
        pod: await podOf("shells-1"),
      });
      await host.open(address, { env: {} });
      expect(await host.run(address, { id: "again", text: "cat notes.txt" })).toMatchObject({
        output: "again",
      });
    });

    it("says that a home is not bound, and that no node has room", async () => {
      expect(await refusalOf("shells-3", { persistentHome: true })).toMatch(
        /its home, a PersistentVolumeClaim, is not bound/,
      );
      const node = await cluster.read("get", "nodes", "--output=jsonpath={.items[0].metadata.name}");
      await cluster.read("cordon", node);
      try {
        expect(await refusalOf("shells-4")).toMatch(/no node has room for it: .*unschedulable/);
      } finally {
        await cluster.read("uncordon", node);
      }
    });

    it("leaves nothing of a session that was closed", async () => {
      await host.close("shells-1");
      const left = await cluster.read(
        "get",
        "pods,secrets,networkpolicies,pvc",
        `--namespace=${NAMESPACE}`,
        "--output=name",
      );
      expect(left.trim()).toBe("");
    });
  },
);
