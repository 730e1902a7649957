import { describe, expect, it } from "vitest";
import { containersOf } from "./pod-status.js";
import { eventRowOf, rowOf } from "./row-of.js";
import { statusOf } from "./row-status.js";
import type { ViewedObject } from "./viewed-object.js";

const CONTAINERS = { containers: [{ name: "app" }, { name: "side" }] };

function pod(status: Record<string, unknown>, spec: Record<string, unknown> = CONTAINERS): ViewedObject {
  return { metadata: { name: "p" }, spec, status };
}

const waiting = (reason: string, message?: string) => ({ waiting: { reason, message } });

const CASES: [
  what: string,
  kind: string,
  object: ViewedObject,
  state: string,
  status: string,
  detail?: string,
][] = [
  [
    "a pod that runs",
    "pods",
    pod({
      phase: "Running",
      containerStatuses: [
        { ready: true, state: { running: {} } },
        { ready: true, restartCount: 1, state: { running: {} } },
      ],
    }),
    "ok",
    "Running, 2/2 ready, 1 restart",
  ],
  [
    "a pod that is not ready",
    "pods",
    pod({
      phase: "Running",
      containerStatuses: [
        { ready: true, state: { running: {} } },
        { ready: false, state: { running: {} } },
      ],
    }),
    "waiting",
    "Running, 1/2 ready",
  ],
  [
    "a pod that begins",
    "pods",
    pod({ phase: "Pending", containerStatuses: [{ state: waiting("ContainerCreating") }] }),
    "waiting",
    "ContainerCreating, 0/2 ready",
  ],
  [
    "a pod without its image",
    "pods",
    pod({ phase: "Pending", containerStatuses: [{ state: waiting("ImagePullBackOff", "no such image") }] }),
    "failed",
    "ImagePullBackOff, 0/2 ready",
    "no such image",
  ],
  [
    "a pod that crashes",
    "pods",
    pod({
      phase: "Running",
      containerStatuses: [
        { restartCount: 3, state: waiting("CrashLoopBackOff"), lastState: { terminated: { exitCode: 2 } } },
      ],
    }),
    "failed",
    "CrashLoopBackOff, 0/2 ready, 3 restarts",
    "The container ended with exit code 2",
  ],
  [
    "a pod that no node takes",
    "pods",
    pod({
      phase: "Pending",
      conditions: [{ type: "PodScheduled", status: "False", message: "0/1 nodes are available" }],
    }),
    "waiting",
    "Pending, 0/2 ready",
    "0/1 nodes are available",
  ],
  ["a pod that is done", "pods", pod({ phase: "Succeeded" }), "done", "Completed"],
  [
    "a pod that was evicted",
    "pods",
    pod({ phase: "Failed", reason: "Evicted", message: "low on memory" }),
    "failed",
    "Evicted, 0/2 ready",
    "low on memory",
  ],
  [
    "a pod that goes",
    "pods",
    { ...pod({ phase: "Running" }), metadata: { deletionTimestamp: "2026-01-01T00:00:00Z" } },
    "ending",
    "Terminating",
  ],
  [
    "an init container that failed",
    "pods",
    pod({
      phase: "Pending",
      initContainerStatuses: [
        { state: { terminated: { exitCode: 0 } } },
        { state: waiting("CrashLoopBackOff") },
      ],
    }),
    "failed",
    "CrashLoopBackOff, 0/2 ready",
  ],
  [
    "a deployment",
    "deployments.apps",
    { spec: { replicas: 3 }, status: { replicas: 3, readyReplicas: 2 } },
    "waiting",
    "2/3 ready",
  ],
  [
    "a deployment that nobody has seen yet",
    "deployments.apps",
    {
      metadata: { generation: 2 },
      spec: { replicas: 1 },
      status: { observedGeneration: 1, readyReplicas: 1 },
    },
    "waiting",
    "1/1 ready",
  ],
  [
    "a replica set whose pods are refused",
    "replicasets.apps",
    {
      spec: { replicas: 1 },
      status: { conditions: [{ type: "ReplicaFailure", status: "True", message: "denied" }] },
    },
    "failed",
    "0/1 ready",
    "denied",
  ],
  ["an old replica set", "replicasets.apps", { spec: { replicas: 0 }, status: {} }, "none", "scaled to 0"],
  [
    "a daemon set",
    "daemonsets.apps",
    { status: { desiredNumberScheduled: 2, numberReady: 2 } },
    "ok",
    "2/2 ready",
  ],
  [
    "a job that failed",
    "jobs.batch",
    {
      spec: { completions: 1 },
      status: {
        conditions: [
          { type: "Failed", status: "True", reason: "BackoffLimitExceeded", message: "too often" },
        ],
      },
    },
    "failed",
    "BackoffLimitExceeded",
    "too often",
  ],
  [
    "a job that is done",
    "jobs.batch",
    { status: { succeeded: 1, conditions: [{ type: "Complete", status: "True" }] } },
    "done",
    "1/1 completed",
  ],
  [
    "a cron job",
    "cronjobs.batch",
    { spec: { schedule: "*/5 * * * *" }, status: { active: [{}] } },
    "ok",
    "*/5 * * * *, 1 active",
  ],
  [
    "a service",
    "services",
    { spec: { type: "ClusterIP", clusterIP: "10.0.0.1", ports: [{ port: 80 }, { port: 443 }] } },
    "none",
    "ClusterIP 10.0.0.1 : 80, 443",
  ],
  [
    "a load balancer",
    "services",
    {
      spec: { type: "LoadBalancer", clusterIP: "10.0.0.1", ports: [{ port: 80 }] },
      status: { loadBalancer: {} },
    },
    "waiting",
    "LoadBalancer 10.0.0.1 : 80, no address yet",
  ],
  [
    "a secret, of which no value is told",
    "secrets",
    { type: "Opaque", data: { password: "c2VjcmV0", user: "eA==" } },
    "none",
    "password, user",
  ],
  [
    "a claim",
    "persistentvolumeclaims",
    { spec: { resources: { requests: { storage: "1Gi" } } }, status: { phase: "Pending" } },
    "waiting",
    "Pending, 1Gi",
  ],
  [
    "a binding",
    "rolebindings.rbac.authorization.k8s.io",
    { roleRef: { kind: "Role", name: "reader" }, subjects: [{ kind: "User", name: "ada" }] },
    "none",
    "Role reader to ada",
  ],
  [
    "a network policy",
    "networkpolicies.networking.k8s.io",
    { spec: { podSelector: { matchLabels: { app: "web" } } } },
    "none",
    "for pods with app=web",
  ],
  [
    "a quota",
    "resourcequotas",
    { status: { hard: { pods: "10", secrets: "5" }, used: { pods: "3", secrets: "0" } } },
    "none",
    "pods 3/10",
  ],
  [
    "a kind of others that is not ready",
    "widgets.example.org",
    {
      status: {
        conditions: [{ type: "Ready", status: "False", reason: "NoDisk", message: "there is none" }],
      },
    },
    "failed",
    "NoDisk",
    "there is none",
  ],
  [
    "a kind of others with a phase",
    "widgets.example.org",
    { status: { phase: "Running" } },
    "none",
    "Running",
  ],
  [
    "an object that is not as it should be",
    "deployments.apps",
    { spec: { replicas: "many" }, status: { conditions: "none" } },
    "waiting",
    "0/1 ready",
  ],
];

describe("an object in a line", () => {
  it.each(
    CASES.map(([what, kind, object, state, status, detail]) => ({
      what,
      kind,
      object,
      told: { state, status, ...(detail !== undefined && { detail }) },
    })),
  )("$what", ({ kind, object, told }) => {
    expect(statusOf(kind, object)).toEqual(told);
  });

  it("tells which containers have a log, and which a log from before", () => {
    const told = pod(
      { containerStatuses: [{ name: "app", restartCount: 2 }] },
      { initContainers: [{ name: "first" }], ...CONTAINERS },
    );
    expect(containersOf(told)).toEqual([
      { name: "first" },
      { name: "app", hasPrevious: true },
      { name: "side" },
    ]);
  });

  it("has its owner, when it was changed last, and nothing that is long", () => {
    const kind = {
      kind: "Pod",
      group: "",
      api: "/api/v1",
      plural: "pods",
      section: "workloads",
      order: 7,
    } as const;
    const metadata = {
      uid: "u",
      name: "p",
      creationTimestamp: "2026-05-04T10:00:00Z",
      ownerReferences: [{ uid: "other" }, { uid: "set", controller: true }],
      managedFields: [{ time: "2026-05-04T10:00:07Z" }],
    };
    const status = { phase: "Failed", reason: "x".repeat(5_000), message: "y".repeat(50_000) };
    const row = rowOf(kind, { metadata, spec: CONTAINERS, status });
    expect(row).toMatchObject({ owner: "set", changedAt: Date.parse("2026-05-04T10:00:07Z") });
    expect(JSON.stringify(row).length).toBeLessThan(2_000);
  });

  it("says of an event what happened to what, how often and when last", () => {
    const event = {
      metadata: { uid: "e", namespace: "here" },
      type: "Warning",
      reason: "FailedCreate",
      message: "denied",
      count: 4,
      lastTimestamp: "2026-05-04T10:00:00Z",
      involvedObject: { uid: "u", kind: "ReplicaSet", name: "web" },
    };
    expect(eventRowOf(event)).toEqual({
      uid: "e",
      isWarning: true,
      reason: "FailedCreate",
      message: "denied",
      count: 4,
      lastAt: Date.parse("2026-05-04T10:00:00Z"),
      namespace: "here",
      about: { uid: "u", kind: "ReplicaSet", name: "web" },
    });
  });
});
