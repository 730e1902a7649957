import { template, deployment, set, budget, kind, withMetadata } from "./objects.js";
import type { InvalidObjects } from "./objects.js";

export const controllerCases: InvalidObjects = {
  ReplicationController: {
    mismatch: {
      ...kind("v1", "ReplicationController"),
      spec: { selector: { a: "b" }, template: template() },
    },
    "no template": { ...kind("v1", "ReplicationController"), spec: { selector: { a: "b" } } },
    negative: { ...kind("v1", "ReplicationController"), spec: { replicas: -1, template: template() } },
  },
  ReplicaSet: {
    mismatch: { ...deployment({ selector: { matchLabels: { a: "b" } } }), kind: "ReplicaSet" },
    "no template": { ...kind("apps/v1", "ReplicaSet"), spec: { selector: { matchLabels: { a: "b" } } } },
    negative: { ...deployment({ replicas: -1, minReadySeconds: -1 }), kind: "ReplicaSet" },
  },
  Deployment: {
    "no template": { ...kind("apps/v1", "Deployment"), spec: { selector: { matchLabels: { a: "b" } } } },
    "empty selector": deployment({ selector: {} }),
    "recreate with rolling": deployment({ strategy: { type: "Recreate", rollingUpdate: { maxSurge: 1 } } }),
    "surge negative": deployment({ strategy: { rollingUpdate: { maxSurge: -1 } } }),
    history: deployment({ revisionHistoryLimit: -1 }),
    "min ready": deployment({ minReadySeconds: -1, progressDeadlineSeconds: -1 }),
    "template label value": deployment({
      selector: { matchLabels: { app: "x y" } },
      template: { ...template(), metadata: { labels: { app: "x y" } } },
    }),
    "name long": withMetadata(deployment({}), { name: "a".repeat(254) }),
    "name capital": withMetadata(deployment({}), { name: "MyApp" }),
    "in operator": deployment({
      selector: { matchLabels: { app: "x" }, matchExpressions: [{ key: "a", operator: "In", values: [] }] },
    }),
    "exists values": deployment({
      selector: {
        matchLabels: { app: "x" },
        matchExpressions: [{ key: "app", operator: "Exists", values: ["x"] }],
      },
    }),
    "replicas text": deployment({ replicas: "three" }),
    "template name": deployment({
      template: { ...template(), metadata: { labels: { app: "x" }, annotations: { "a b": "c" } } },
    }),
    "percent surge": deployment({ strategy: { rollingUpdate: { maxSurge: "50", maxUnavailable: "0%" } } }),
  },
  StatefulSet: {
    "service name": set("StatefulSet", { serviceName: "A_b" }),
    "restart policy": set("StatefulSet", { template: template({ restartPolicy: "OnFailure" }) }),
    mismatch: set("StatefulSet", { selector: { matchLabels: { a: "b" } } }),
    retention: set("StatefulSet", {
      persistentVolumeClaimRetentionPolicy: { whenDeleted: "Burn", whenScaled: "Burn" },
    }),
    ordinals: set("StatefulSet", { ordinals: { start: -1 } }),
    "on delete partition": set("StatefulSet", {
      updateStrategy: { type: "OnDelete", rollingUpdate: { partition: 1 } },
    }),
    strategy: set("StatefulSet", { updateStrategy: { type: "Sometimes" } }),
    negative: set("StatefulSet", { replicas: -1, minReadySeconds: -1, revisionHistoryLimit: -2 }),
    "name dots": withMetadata(set("StatefulSet", {}), { name: "a.b" }),
    "name long": withMetadata(set("StatefulSet", {}), { name: "a".repeat(64) }),
  },
  DaemonSet: {
    mismatch: set("DaemonSet", { selector: { matchLabels: { a: "b" } } }),
    "no selector": set("DaemonSet", { selector: undefined }),
    "restart policy": set("DaemonSet", { template: template({ restartPolicy: "Never" }) }),
    surge: set("DaemonSet", { updateStrategy: { rollingUpdate: { maxSurge: 1, maxUnavailable: 1 } } }),
    negative: set("DaemonSet", { minReadySeconds: -1, revisionHistoryLimit: -1 }),
    "active deadline": set("DaemonSet", { template: template({ activeDeadlineSeconds: 3 }) }),
  },
  PodTemplate: {
    bad: { ...kind("v1", "PodTemplate"), template: { spec: { containers: [] } } },
  },
  PodDisruptionBudget: {
    text: budget({ minAvailable: "half" }),
    "eviction policy": budget({ minAvailable: 1, unhealthyPodEvictionPolicy: "Sometimes" }),
    operator: budget({ minAvailable: 1, selector: { matchExpressions: [{ key: "a", operator: "Like" }] } }),
    "negative max": budget({ maxUnavailable: -2 }),
  },
  PriorityClass: {
    "default two": { ...kind("scheduling.k8s.io/v1", "PriorityClass"), value: "high" },
    name: { ...kind("scheduling.k8s.io/v1", "PriorityClass"), metadata: { name: "High_1" }, value: 1 },
  },
};
