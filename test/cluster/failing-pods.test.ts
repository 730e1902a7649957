import { execFile } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Cluster } from "../../cluster/start.js";
import { startCluster } from "../../cluster/start.js";
import { BUSYBOX_IMAGE } from "../kubernetes/node/node-images.js";
import { hasRealCluster, realCluster } from "./real-cluster.js";

const NAMESPACE = "failing-pods";
const DEADLINE_MS = 120_000;
const POLL_MS = 200;

interface Case {
  container?: object;
  spec?: object;
  /** The reason of the event to wait for. */
  until: string;
}

/** What objects alone tell, so that the embedded cluster must say it as a kubelet does. */
const CASES: Record<string, Case> = {
  "no-config-map": { container: { envFrom: [{ configMapRef: { name: "none" } }] }, until: "Failed" },
  "no-secret": {
    container: { env: [{ name: "A", valueFrom: { secretKeyRef: { name: "none", key: "a" } } }] },
    until: "Failed",
  },
  "no-config-map-key": {
    container: { env: [{ name: "A", valueFrom: { configMapKeyRef: { name: "settings", key: "size" } } }] },
    until: "Failed",
  },
  "no-secret-key": {
    container: { env: [{ name: "A", valueFrom: { secretKeyRef: { name: "password", key: "lock" } } }] },
    until: "Failed",
  },
  "never-pulled": { container: { image: "nobody/has-this:1", imagePullPolicy: "Never" }, until: "Failed" },
  "unreadable-image": { container: { image: "busybox:1:2" }, until: "Failed" },
  "upper-case-image": { container: { image: "Busybox:1" }, until: "Failed" },
  "root-user": { container: { securityContext: { runAsNonRoot: true, runAsUser: 0 } }, until: "Failed" },
  "no-secret-volume": volume({ secret: { secretName: "none" } }),
  "no-config-map-volume": volume({ configMap: { name: "none" } }),
  "no-secret-item": volume({ secret: { secretName: "password", items: [{ key: "lock", path: "lock" }] } }),
  "no-config-map-item": volume({ configMap: { name: "settings", items: [{ key: "size", path: "size" }] } }),
  "no-projected": volume({
    projected: { sources: [{ secret: { name: "none" } }, { configMap: { name: "no" } }] },
  }),
  "init-without-config-map": {
    spec: {
      initContainers: [
        { name: "first", image: BUSYBOX_IMAGE, envFrom: [{ configMapRef: { name: "none" } }] },
      ],
    },
    until: "Failed",
  },
  // Long enough for a container to have been started by then.
  deadline: { spec: { activeDeadlineSeconds: 45 }, until: "DeadlineExceeded" },
  "deadline-without-config-map": {
    container: { envFrom: [{ configMapRef: { name: "none" } }] },
    spec: { activeDeadlineSeconds: 45 },
    until: "DeadlineExceeded",
  },
  "deadline-before-init": {
    spec: {
      activeDeadlineSeconds: 45,
      initContainers: [
        { name: "first", image: BUSYBOX_IMAGE, envFrom: [{ configMapRef: { name: "none" } }] },
        { name: "second", image: BUSYBOX_IMAGE },
      ],
    },
    until: "DeadlineExceeded",
  },
};

describe.skipIf(!hasRealCluster())(
  "a pod that cannot run fails alike on the embedded cluster and on a node",
  () => {
    let embedded: Cluster;
    let dataDir: string;

    beforeAll(async () => {
      dataDir = mkdtempSync(join(tmpdir(), "lectern-failing-pods-"));
      embedded = await startCluster({ dataDir });
      await Promise.all(kubeconfigs().map(createObjects));
    });

    afterAll(async () => {
      await run(realCluster().kubeconfig, ["delete", "namespace", NAMESPACE]);
      await embedded.close();
      rmSync(dataDir, { recursive: true, force: true });
    });

    it.each(Object.entries(CASES))("%s", async (name, { until }) => {
      const [embeddedConfig = "", realConfig = ""] = kubeconfigs();
      const ours = await outcomeOf(embeddedConfig, name, until);
      expect(ours.events.length).toBeGreaterThan(0);
      // A kubelet writes the status a moment after the event.
      const theirs = (): Promise<object> => outcomeOf(realConfig, name, until);
      await expect.poll(theirs, { timeout: DEADLINE_MS, interval: POLL_MS }).toEqual(ours);
    });

    function kubeconfigs(): string[] {
      return [embedded.kubeconfigPath, realCluster().kubeconfig];
    }
  },
);

function volume(source: object): Case {
  return {
    container: { volumeMounts: [{ name: "v", mountPath: "/v" }] },
    spec: { volumes: [{ name: "v", ...source }] },
    until: "FailedMount",
  };
}

async function createObjects(kubeconfig: string): Promise<void> {
  await run(kubeconfig, ["create", "namespace", NAMESPACE]);
  await poll(
    async () => (await run(kubeconfig, [...inNamespace, "get", "serviceaccount", "default"])) !== "",
  );
  const items = [
    { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "settings" }, data: { color: "red" } },
    { apiVersion: "v1", kind: "Secret", metadata: { name: "password" }, stringData: { key: "open" } },
    ...Object.entries(CASES).map(([name, { container, spec }]) => ({
      apiVersion: "v1",
      kind: "Pod",
      metadata: { name },
      spec: {
        terminationGracePeriodSeconds: 0,
        automountServiceAccountToken: false,
        containers: [{ name: "main", image: BUSYBOX_IMAGE, command: ["sleep", "3600"], ...container }],
        ...spec,
      },
    })),
  ];
  await run(kubeconfig, [...inNamespace, "apply", "-f", "-"], { apiVersion: "v1", kind: "List", items });
}

const inNamespace = [`--namespace=${NAMESPACE}`];

interface Event {
  type: string;
  reason: string;
  message: string;
}

interface ContainerEnd {
  startedAt?: string | null;
  exitCode: number;
  reason: string;
  message: string;
}

interface ContainerOutcome {
  name: string;
  ready: boolean;
  state: { waiting?: object; terminated?: ContainerEnd };
}

interface PodObject {
  metadata: { uid: string };
  status: Record<string, unknown> & { conditions: Record<string, string>[] };
}

/** What a learner can see of how the pod failed; what says that it is simulated is the embedded cluster's own. */
async function outcomeOf(kubeconfig: string, name: string, until: string) {
  const selector = `involvedObject.name=${name}`;
  const list = ["get", "events", "--field-selector", selector, "-o", "json"];
  let events: Event[] = [];
  await poll(async () => {
    events = (JSON.parse(await run(kubeconfig, [...inNamespace, ...list])) as { items: Event[] }).items;
    return events.some(({ reason }) => reason === until);
  });
  const text = await run(kubeconfig, [...inNamespace, "get", "pod", name, "-o", "json"]);
  const { status, metadata } = JSON.parse(text.replaceAll("simulated by Lectern", "")) as PodObject;
  const told = events
    .filter(({ type, reason }) => type === "Warning" || reason === until)
    .map(({ type, reason, message }) => `${type} ${reason}: ${message.replaceAll(metadata.uid, "UID")}`);
  const states = (field: string): unknown =>
    (status[field] as ContainerOutcome[] | undefined)?.map(({ name: container, ready, state }) => [
      container,
      ready,
      state.waiting,
      endOf(state.terminated),
    ]);
  const conditions = status.conditions.map(({ type = "", status: value, reason, message }) => [
    type,
    value,
    reason,
    message,
  ]);
  const { phase, reason, message } = status;
  return JSON.parse(
    JSON.stringify({
      phase,
      reason,
      message,
      events: [...new Set(told)].toSorted((a, b) => a.localeCompare(b)),
      inits: states("initContainerStatuses"),
      containers: states("containerStatuses"),
      conditions: conditions.toSorted((a, b) => String(a[0]).localeCompare(String(b[0]))),
    }).replaceAll(metadata.uid, "UID"),
  ) as { events: string[] };
}

/** How a container ended that ran is the node's alone to know. */
function endOf(terminated: ContainerOutcome["state"]["terminated"]): unknown {
  if (terminated === undefined) return undefined;
  const { startedAt, exitCode, reason, message } = terminated;
  return startedAt ? "ended" : { exitCode, reason, message };
}

async function poll(isTrue: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + DEADLINE_MS;
  while (!(await isTrue())) {
    if (Date.now() > deadline) throw new Error(`did not come about in ${DEADLINE_MS} ms`);
    await sleep(POLL_MS);
  }
}

/** Standard output of kubectl; empty when it fails. */
function run(kubeconfig: string, args: string[], input?: unknown): Promise<string> {
  return new Promise((resolve) => {
    const all = [`--kubeconfig=${kubeconfig}`, ...args];
    const child = execFile(realCluster().kubectlPath, all, (error, stdout) =>
      resolve(error === null ? stdout : ""),
    );
    child.stdin?.end(input === undefined ? undefined : JSON.stringify(input));
  });
}
