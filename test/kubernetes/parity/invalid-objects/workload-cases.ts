import { kind, template, deployment, set, job, cronJob, budget, autoscaler } from "./objects.js";
import type { InvalidObjects } from "./objects.js";

export const workloadCases: InvalidObjects = {
  Deployment: {
    "rolling update 0/0": deployment({ strategy: { rollingUpdate: { maxSurge: 0, maxUnavailable: 0 } } }),
    percent: deployment({ strategy: { rollingUpdate: { maxSurge: "a%", maxUnavailable: "101%" } } }),
    "negative replicas": deployment({ replicas: -1 }),
    "progress deadline": deployment({ progressDeadlineSeconds: 5, minReadySeconds: 10 }),
    "selector mismatch": deployment({ selector: { matchLabels: { other: "y" } } }),
    "no selector": deployment({ selector: undefined }),
    "selector operator": deployment({ selector: { matchExpressions: [{ key: "app", operator: "Like" }] } }),
    "restart policy": deployment({ template: template({ restartPolicy: "Never" }) }),
    strategy: deployment({ strategy: { type: "Sometimes" } }),
    "deadline in pods": deployment({ template: template({ activeDeadlineSeconds: 5 }) }),
  },
  StatefulSet: {
    partition: set("StatefulSet", { updateStrategy: { rollingUpdate: { partition: -1 } } }),
    management: set("StatefulSet", { podManagementPolicy: "Sometimes" }),
    claim: set("StatefulSet", { volumeClaimTemplates: [{ metadata: { name: "d" }, spec: {} }] }),
  },
  DaemonSet: {
    strategy: set("DaemonSet", { updateStrategy: { type: "Sometimes" } }),
    "0/0": set("DaemonSet", { updateStrategy: { rollingUpdate: { maxUnavailable: 0, maxSurge: 0 } } }),
  },
  Job: {
    "restart policy": job({ template: { spec: { containers: [{ name: "a", image: "b" }] } } }),
    negative: job({
      parallelism: -1,
      completions: -2,
      backoffLimit: -3,
      activeDeadlineSeconds: -4,
      ttlSecondsAfterFinished: -5,
    }),
    "indexed without completions": job({ completionMode: "Indexed" }),
    mode: job({ completionMode: "Sometimes" }),
    "failure policy": job({ podFailurePolicy: { rules: [{ action: "FailJob" }] } }),
    "failure policy zero": job({
      podFailurePolicy: { rules: [{ action: "FailJob", onExitCodes: { operator: "In", values: [0] } }] },
    }),
    selector: job({ selector: { matchLabels: { a: "b" } } }),
  },
  CronJob: {
    "minute 61": cronJob({ schedule: "61 * * * *" }),
    "four fields": cronJob({ schedule: "* * * *" }),
    word: cronJob({ schedule: "@sometimes" }),
    zone: cronJob({ timeZone: "Nowhere/Land" }),
    "zone in schedule": cronJob({ schedule: "TZ=UTC * * * * *" }),
    policy: cronJob({ concurrencyPolicy: "Sometimes" }),
    negative: cronJob({
      startingDeadlineSeconds: -1,
      successfulJobsHistoryLimit: -1,
      failedJobsHistoryLimit: -1,
    }),
    "long name": { ...cronJob({}), metadata: { name: "a".repeat(53) } },
  },
  PriorityClass: {
    "too high": { ...kind("scheduling.k8s.io/v1", "PriorityClass"), value: 2_000_000_000 },
    "system name": {
      ...kind("scheduling.k8s.io/v1", "PriorityClass"),
      metadata: { name: "system-x" },
      value: 1,
    },
    policy: { ...kind("scheduling.k8s.io/v1", "PriorityClass"), value: 1, preemptionPolicy: "Sometimes" },
  },
  PodDisruptionBudget: {
    both: budget({ minAvailable: 1, maxUnavailable: 1 }),
    negative: budget({ minAvailable: -1 }),
    percent: budget({ maxUnavailable: "101%" }),
    selector: budget({ minAvailable: 1, selector: { matchLabels: { "a b": "c" } } }),
  },
  HorizontalPodAutoscaler: {
    "min above max": autoscaler({ minReplicas: 5, maxReplicas: 1 }),
    "max 0": autoscaler({ maxReplicas: 0 }),
    "no target": autoscaler({ scaleTargetRef: { kind: "", name: "" } }),
    metric: autoscaler({ metrics: [{ type: "Resource" }] }),
    utilisation: autoscaler({
      metrics: [
        {
          type: "Resource",
          resource: { name: "cpu", target: { type: "Utilization", averageUtilization: 0 } },
        },
      ],
    }),
  },
};
