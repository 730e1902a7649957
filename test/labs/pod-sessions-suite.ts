import { randomInt } from "node:crypto";
import { readFileSync } from "node:fs";
import { KubeConfig } from "../../kubernetes/node/client-library.js";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { KubernetesClient, KubernetesError } from "../../kubernetes/node/kubernetes-client.js";
import { openPodSessionHost } from "../../pods/node/pod-session-host.js";
import type { SessionHost, SessionPod, TerminalEvent } from "../../terminal/common/session-host.js";
import { defaultSessionLimits } from "../../terminal/common/session-limits.js";
import { StandingKubelet } from "./standing-kubelet.js";
import type { TestCluster } from "./test-platform.js";

const NAMESPACE = "lectern-shells";
const settings = {
  namespace: NAMESPACE,
  image: "lectern-toolbox:test",
  hostImage: "lectern:test",
  pullSecrets: [],
  limits: defaultSessionLimits,
  serverNamespace: "lectern",
};
/** A part of loopback of this run's own. */
const network = `127.${randomInt(2, 250)}.${randomInt(1, 250)}`;

/** There is no kubelet here: what only a container can show is tested on a real node. */
export function describePodSessions(name: string, startCluster: () => Promise<TestCluster>): void {
  describe(name, () => {
    let cluster: TestCluster;
    let client: KubernetesClient;
    let config: KubeConfig;
    let kubelet: StandingKubelet;
    let host: SessionHost;
    const lines: string[] = [];

    beforeAll(async () => {
      cluster = await startCluster();
      config = new KubeConfig();
      config.loadFromString(readFileSync(cluster.kubeconfigPath, "utf8"));
      client = new KubernetesClient(config);
      // The simulated node would say that pods run which do not.
      const { items } = await client.get<{ items: { metadata: { name: string } }[] }>("/api/v1/nodes");
      for (const { metadata } of items) await client.remove(`/api/v1/nodes/${metadata.name}`);
      host = await open();
      kubelet = new StandingKubelet(client, NAMESPACE);
    });
    afterAll(async () => {
      await host?.disconnect();
      await kubelet?.stop();
      client?.close();
      await cluster?.close();
    });

    async function open(readyMs = 60_000): Promise<SessionHost> {
      const options = { client, config, settings, route: "direct", readyMs } as const;
      return (await openPodSessionHost({ ...options, report: (line) => lines.push(line) })).host;
    }

    async function sessionPod(session: string, more: Partial<SessionPod> = {}): Promise<SessionPod> {
      type Namespace = { metadata: { uid: string } };
      const made = await client.create<Namespace>("/api/v1/namespaces", {
        metadata: { name: `ns-${session}` },
      });
      const owner = { apiVersion: "v1", kind: "Namespace", name: `ns-${session}`, uid: made.metadata.uid };
      return { owner, namespace: `ns-${session}`, persistentHome: false, ...more };
    }

    /** Prepares a session while somebody stands where its kubelet would. */
    async function prepare(session: string, ip: string, more: Partial<SessionPod> = {}): Promise<void> {
      const pod = await sessionPod(session, more);
      const files = [{ path: "notes.txt", content: "for the learner" }];
      await prepareAt(session, ip, { files, pod });
    }

    async function prepareAt(session: string, ip: string, spec: Parameters<SessionHost["prepare"]>[1]) {
      const preparing = host.prepare(session, spec);
      preparing.catch(() => undefined);
      await expect.poll(() => isAwaited(session)).toBe(true);
      await kubelet.run(session, ip);
      await preparing;
    }

    /** Whether there is a pod that nobody runs yet; one that was evicted is not. */
    async function isAwaited(session: string): Promise<boolean> {
      type Pod = { status?: { phase?: string } };
      if (!(await there(`pods/${session}`))) return false;
      const pod = await client.get<Pod>(`/api/v1/namespaces/${NAMESPACE}/pods/${session}`);
      return pod.status?.phase === "Pending";
    }

    const there = (path: string): Promise<boolean> =>
      client.get(`/api/v1/namespaces/${NAMESPACE}/${path}`).then(
        () => true,
        (error: unknown) =>
          error instanceof KubernetesError && error.status === 404 ? false : Promise.reject(error),
      );

    it("says in words that no node has room", async () => {
      const impatient = await open(3_000);
      try {
        await expect(
          impatient.prepare("nowhere", { files: [], pod: await sessionPod("nowhere") }),
        ).rejects.toMatchObject({
          code: "TERMINAL_POD_NOT_READY",
          message: expect.stringMatching(/no node has room for it: .*no nodes available/i),
        });
        await impatient.close("nowhere");
        expect(await there("pods/nowhere")).toBe(false);
      } finally {
        await impatient.disconnect();
      }
    });

    it("says that the image cannot be had, and that a home is not bound", async () => {
      const waiting = host.prepare("imageless", {
        files: [],
        pod: await sessionPod("imageless", { image: "nobody/has:1" }),
      });
      waiting.catch(() => undefined);
      await expect.poll(() => there("pods/imageless")).toBe(true);
      const state = { waiting: { reason: "ImagePullBackOff", message: "Back-off pulling image" } };
      const shell = {
        name: "shell",
        image: "nobody/has:1",
        imageID: "",
        ready: false,
        restartCount: 0,
        state,
      };
      const conditions = [{ type: "PodScheduled", status: "True" }];
      await kubelet.say("imageless", { conditions, containerStatuses: [shell] });
      await expect(waiting).rejects.toMatchObject({
        message: expect.stringMatching(
          /the image nobody\/has:1 cannot be had \(ImagePullBackOff\): Back-off/,
        ),
      });
      await host.close("imageless");
      const impatient = await open(3_000);
      try {
        const pod = await sessionPod("homeless", { persistentHome: true });
        await expect(impatient.prepare("homeless", { files: [], pod })).rejects.toMatchObject({
          code: "TERMINAL_POD_NOT_READY",
        });
        expect(await there("persistentvolumeclaims/homeless-home")).toBe(true);
        await impatient.close("homeless");
        // Kubernetes keeps a claim until it has seen that no pod uses it.
        await expect.poll(() => there("persistentvolumeclaims/homeless-home")).toBe(false);
      } finally {
        await impatient.disconnect();
      }
    });

    it("makes a pod that restricted Pod Security admits, a policy that names what may be reached, and nothing more", async () => {
      const reaches = [
        { host: "203.0.113.7", port: 443, of: "lab" as const },
        { host: "169.254.169.254", port: 80, of: "lab" as const },
      ];
      const pod = await sessionPod("objects", { image: "debian:12" });
      const limits = { cpus: 0.5, memoryBytes: 512 * 1024 * 1024 };
      await prepareAt("objects", `${network}.9`, { files: [], reaches, limits, pod });
      const made = await client.get<{ spec: Record<string, never> }>(
        `/api/v1/namespaces/${NAMESPACE}/pods/objects`,
      );
      expect(made.spec).toMatchObject({
        automountServiceAccountToken: false,
        securityContext: { runAsNonRoot: true, seccompProfile: { type: "RuntimeDefault" } },
        containers: [
          {
            image: "debian:12",
            securityContext: {
              readOnlyRootFilesystem: true,
              allowPrivilegeEscalation: false,
              capabilities: { drop: ["ALL"] },
            },
            resources: { limits: { cpu: "500m", memory: String((512 + 96) * 1024 * 1024) } },
          },
        ],
      });
      const policy = await client.get<{ spec: unknown }>(
        `/apis/networking.k8s.io/v1/namespaces/${NAMESPACE}/networkpolicies/objects`,
      );
      const text = JSON.stringify(policy.spec);
      expect(text).toContain("203.0.113.7/32");
      expect(text).toContain('"kubernetes.io/metadata.name":"ns-objects"');
      expect(text).not.toContain("169.254");
      expect(text).not.toContain("0.0.0.0/0");
      await host.reach("objects", [{ host: "203.0.113.8", port: 443, of: "lab" }]);
      const after = await client.get(
        `/apis/networking.k8s.io/v1/namespaces/${NAMESPACE}/networkpolicies/objects`,
      );
      expect(JSON.stringify(after)).toContain("203.0.113.8/32");
      expect(JSON.stringify(after)).not.toContain("203.0.113.7/32");
      expect(JSON.stringify(after)).toContain('"kubernetes.io/metadata.name":"ns-objects"');
      await host.close("objects");
    });

    it("gives shell, verdict, flood, programs, files, ports and recordings, and leaves nothing", async () => {
      const address = { session: "whole", terminal: "1" };
      await prepare("whole", `${network}.2`);
      await host.open(address, { env: {} });
      expect(await host.run(address, { id: "a", text: "cat notes.txt; (exit 4)" })).toMatchObject({
        status: "failed",
        exitStatus: 4,
        output: "for the learner",
      });
      expect(await host.run(address, { id: "b", text: "seq 300000" })).toMatchObject({ status: "succeeded" });
      await host.write("whole", { path: "x/y", content: "z" });
      expect(Buffer.from(await host.read("whole", "x/y")).toString()).toBe("z");
      expect((await host.list("whole", "x")).entries).toHaveLength(1);
      expect((await host.exec("whole", { argv: ["false"] })).exitStatus).toBe(1);
      await expect(host.dial("whole", 9)).rejects.toMatchObject({ code: "TERMINAL_PORT_REFUSED" });
      expect(await host.recordings()).toHaveLength(1);
      expect(await host.sessions()).toContain("whole");
      await host.close("whole");
      expect(await host.sessions()).not.toContain("whole");
      for (const path of ["pods/whole", "secrets/whole-certificate"]) expect(await there(path)).toBe(false);
      await expect(host.open(address, { env: {} })).rejects.toMatchObject({
        code: "TERMINAL_POD_GONE",
      });
    });

    it("goes on with shells, commands and outcomes when another server takes over", async () => {
      const address = { session: "kept", terminal: "1" };
      await prepare("kept", `${network}.3`);
      await host.open(address, { env: {} });
      await host.run(address, { id: "before", text: "echo $$ > pid" });
      const lost = host.run(address, { id: "during", text: "sleep 1; cat pid; echo $$" });
      lost.catch(() => undefined);
      await expect.poll(() => host.outcome(address, "during")).toBe("running");
      await host.disconnect();
      host = await open();
      expect(await host.outcome(address, "before")).toMatchObject({ status: "succeeded" });
      const outcome = await host.run(address, { id: "during", text: "sleep 1; cat pid; echo $$" });
      const [first, second] = outcome.output.trim().split("\n");
      expect(first).toBe(second);
      await host.close("kept");
    });

    it("tells every server what becomes of a shell, and never takes a pod for lost that another has just made", async () => {
      const other = await open();
      const events: TerminalEvent[] = [];
      other.onEvent((event) => events.push(event));
      try {
        const address = { session: "heard", terminal: "1" };
        await prepare("heard", `${network}.7`);
        // Before the other's watch can have told it.
        expect(await other.open(address, { env: {} })).toMatchObject({ state: "running" });
        await host.endShell(address);
        await expect.poll(() => events.map(({ type }) => type)).toContain("terminal-exited");
        await host.open(address, { env: {} });
        await expect.poll(() => events.filter(({ type }) => type === "terminal-opened")).toHaveLength(2);
        await host.close("heard");
      } finally {
        await other.disconnect();
      }
    });

    it("says that a pod was evicted, ends its terminals, and keeps a home that is to outlive it", async () => {
      const address = { session: "evicted", terminal: "1" };
      const pod = await sessionPod("evicted", { persistentHome: true });
      const spec = { files: [{ path: "notes.txt", content: "first" }], pod };
      await prepareAt("evicted", `${network}.4`, spec);
      await host.open(address, { env: {} });
      await host.write("evicted", { path: "notes.txt", content: "mine" });
      const events: TerminalEvent[] = [];
      const stop = host.onEvent((event) => events.push(event));
      await kubelet.say("evicted", {
        phase: "Failed",
        reason: "Evicted",
        message: "The node was low on resource: memory.",
      });
      await expect
        .poll(() => events)
        .toContainEqual({
          type: "terminal-exited",
          address,
          exitStatus: 137,
          reason:
            "The machine of this session is gone: its node ended it (evicted): The node was low on resource: memory. The home is kept.",
        });
      stop();
      await expect(host.open(address, { env: {} })).rejects.toMatchObject({
        code: "TERMINAL_POD_GONE",
        message: expect.stringMatching(/evicted.*low on resource: memory/),
      });
      expect(await host.sessions()).toContain("evicted");
      await kubelet.end("evicted");
      await prepareAt("evicted", `${network}.5`, spec);
      expect(Buffer.from(await host.read("evicted", "notes.txt")).toString()).toBe("mine");
      await host.close("evicted");
    });

    it("leaves everything of a session to whoever removes its owner", async () => {
      await prepare("owned", `${network}.6`);
      await client.remove("/api/v1/namespaces/ns-owned");
      await expect.poll(() => there("pods/owned"), { timeout: 60_000 }).toBe(false);
      await expect.poll(() => there("secrets/owned-certificate"), { timeout: 60_000 }).toBe(false);
    });
  });
}
