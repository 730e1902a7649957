import { setTimeout as sleep } from "node:timers/promises";
import { expect, it } from "vitest";
import type { ApiObject } from "../api/object.js";
import { startTestCluster } from "./cluster-for-tests.js";
import type { Job, Pod } from "./object-kinds.js";
import {
  daemonSets,
  deployments,
  endpoints,
  endpointSlices,
  events,
  jobs,
  namespaces,
  nodes,
  pods,
  replicaSets,
  resourceQuotas,
  statefulSets,
} from "./resource-refs.js";

const namespace = "lab";
const QUIET_MS = 1_500;
const WATCHED = [
  daemonSets,
  deployments,
  endpoints,
  endpointSlices,
  events,
  jobs,
  namespaces,
  nodes,
  pods,
  replicaSets,
  resourceQuotas,
  statefulSets,
];

it("a settled cluster writes nothing", async () => {
  const cluster = await startTestCluster();
  try {
    await cluster.createNamespace(namespace);
    for (const manifest of manifests()) await cluster.apply(manifest);
    await cluster.until("every pod running", () => {
      const all = cluster.api.list(pods, { namespace }) as Pod[];
      return all.length === 5 && all.every(({ status }) => status?.phase === "Running");
    });
    const task = cluster.api.list(pods, { namespace, labelSelector: "job-name=job" })[0];
    if (task === undefined) throw new Error("the job has no pod");
    await cluster.endPod(task, 0);
    await cluster.until("the job done", () => {
      const { status } = cluster.api.get(jobs, { namespace, name: "job" }) as Job;
      return status?.completionTime !== undefined;
    });
    await sleep(QUIET_MS);
    const changes: string[] = [];
    let isSynced = false;
    const stops = WATCHED.map((ref) =>
      cluster.api.watch(ref, ({ type, object }) => {
        if (isSynced) changes.push(`${type} ${object.kind} ${object.metadata.name ?? ""}`);
      }),
    );
    await sleep(50);
    isSynced = true;
    await sleep(QUIET_MS);
    for (const stop of stops) stop();
    expect(changes).toEqual([]);
  } finally {
    await cluster.stop();
  }
});

function manifests(): ApiObject[] {
  const labels = { app: "x" };
  const selector = { matchLabels: labels };
  const template = { metadata: { labels }, spec: { containers: [{ name: "main", image: "nginx" }] } };
  const of = (apiVersion: string, kind: string, spec: object): ApiObject => {
    const ownLabels = { app: kind.toLowerCase() };
    const own = {
      selector: { matchLabels: ownLabels },
      template: { ...template, metadata: { labels: ownLabels } },
    };
    return { apiVersion, kind, metadata: { name: kind.toLowerCase(), namespace }, spec: { ...own, ...spec } };
  };
  const task = { ...template, spec: { ...template.spec, restartPolicy: "Never" } };
  return [
    of("apps/v1", "Deployment", { replicas: 2 }),
    of("apps/v1", "StatefulSet", { replicas: 1, serviceName: "x" }),
    of("apps/v1", "DaemonSet", {}),
    { apiVersion: "batch/v1", kind: "Job", metadata: { name: "job", namespace }, spec: { template: task } },
    {
      apiVersion: "v1",
      kind: "Service",
      metadata: { name: "x", namespace },
      spec: { selector: selector.matchLabels, ports: [{ port: 80 }] },
    },
    {
      apiVersion: "v1",
      kind: "ResourceQuota",
      metadata: { name: "q", namespace },
      spec: { hard: { pods: "9" } },
    },
  ];
}
