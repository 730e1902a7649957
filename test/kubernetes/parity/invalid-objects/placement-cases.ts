import { pod, kind, withMetadata } from "./objects.js";
import type { InvalidObjects } from "./objects.js";

export const placementCases: InvalidObjects = {
  Pod: {
    "containers twice": pod(
      {},
      {
        containers: [
          { name: "a", image: "b" },
          { name: "a", image: "c" },
        ],
      },
    ),
    "pod resources": pod({}, { resources: { requests: { cpu: "2" }, limits: { cpu: "1" } } }),
    "seccomp type": pod({}, { securityContext: { seccompProfile: { type: "Sometimes" } } }),
    "run as group": pod({}, { securityContext: { runAsGroup: -2, fsGroup: -3, supplementalGroups: [-4] } }),
    "fs group policy": pod({}, { securityContext: { fsGroupChangePolicy: "Sometimes" } }),
    sysctl: pod(
      {},
      {
        securityContext: {
          sysctls: [
            { name: "a b", value: "c" },
            { name: "kernel.msgmax", value: "1" },
            { name: "kernel.msgmax", value: "1" },
          ],
        },
      },
    ),
    "host pid and share": pod({}, { hostPID: true, shareProcessNamespace: true }),
    "os name": pod({}, { os: { name: "plan9" } }),
    "service account": pod({}, { serviceAccountName: "A_b" }),
    "node name": pod({}, { nodeName: "A_b" }),
    "priority class unknown": pod({}, { priorityClassName: "none" }),
    "priority given": pod({}, { priority: 3 }),
    "runtime class unknown": pod({}, { runtimeClassName: "none" }),
    "runtime class name": pod({}, { runtimeClassName: "A_b" }),
    subdomain: pod({}, { subdomain: "a.b" }),
    "hostname long": pod({}, { hostname: "a".repeat(64) }),
    "dns servers": pod(
      {},
      { dnsPolicy: "None", dnsConfig: { nameservers: ["a", "1.2.3.4", "1.2.3.5", "1.2.3.6"] } },
    ),
    "dns searches": pod({}, { dnsConfig: { searches: ["A_b c"], options: [{ name: "" }] } }),
    "readiness gate": pod({}, { readinessGates: [{ conditionType: "a b" }] }),
    "affinity weight": pod(
      {},
      {
        affinity: {
          nodeAffinity: {
            preferredDuringSchedulingIgnoredDuringExecution: [
              {
                weight: 0,
                preference: { matchExpressions: [{ key: "a", operator: "Exists", values: ["b"] }] },
              },
            ],
          },
        },
      },
    ),
    "affinity gt two": pod(
      {},
      {
        affinity: {
          nodeAffinity: {
            requiredDuringSchedulingIgnoredDuringExecution: {
              nodeSelectorTerms: [{ matchExpressions: [{ key: "a", operator: "Gt", values: ["1", "2"] }] }],
            },
          },
        },
      },
    ),
    "affinity no terms": pod(
      {},
      {
        affinity: {
          nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [] } },
        },
      },
    ),
    "affinity fields": pod(
      {},
      {
        affinity: {
          nodeAffinity: {
            requiredDuringSchedulingIgnoredDuringExecution: {
              nodeSelectorTerms: [
                { matchFields: [{ key: "metadata.uid", operator: "Gt", values: ["b", "c"] }] },
              ],
            },
          },
        },
      },
    ),
    "pod affinity selector": pod(
      {},
      {
        affinity: {
          podAffinity: {
            requiredDuringSchedulingIgnoredDuringExecution: [
              { topologyKey: "a b", labelSelector: { matchExpressions: [{ key: "a", operator: "In" }] } },
            ],
          },
        },
      },
    ),
    "pod affinity weight": pod(
      {},
      {
        affinity: {
          podAffinity: {
            preferredDuringSchedulingIgnoredDuringExecution: [
              { weight: 101, podAffinityTerm: { topologyKey: "a", namespaces: ["A_b"] } },
            ],
          },
        },
      },
    ),
    "spread when": pod(
      {},
      { topologySpreadConstraints: [{ maxSkew: 1, topologyKey: "zone", whenUnsatisfiable: "Perhaps" }] },
    ),
    "spread min domains": pod(
      {},
      {
        topologySpreadConstraints: [
          { maxSkew: 1, topologyKey: "zone", whenUnsatisfiable: "ScheduleAnyway", minDomains: 2 },
        ],
      },
    ),
    "spread twice": pod(
      {},
      {
        topologySpreadConstraints: [
          { maxSkew: 1, topologyKey: "zone", whenUnsatisfiable: "DoNotSchedule" },
          { maxSkew: 2, topologyKey: "zone", whenUnsatisfiable: "DoNotSchedule" },
        ],
      },
    ),
    "spread keys": pod(
      {},
      {
        topologySpreadConstraints: [
          {
            maxSkew: 1,
            topologyKey: "zone",
            whenUnsatisfiable: "DoNotSchedule",
            labelSelector: { matchLabels: { a: "b" } },
            matchLabelKeys: ["a", "c", "c"],
            nodeTaintsPolicy: "X",
          },
        ],
      },
    ),
    "toleration effect": pod({}, { tolerations: [{ key: "a", operator: "Exists", effect: "Sometimes" }] }),
    "toleration value": pod({}, { tolerations: [{ key: "a", value: "b c" }] }),
    "toleration key": pod({}, { tolerations: [{ key: "a b", operator: "Exists" }] }),
    "label value": withMetadata(pod({}), { labels: { a: "b c" } }),
    "label key": withMetadata(pod({}), { labels: { "a b": "c" } }),
    "label long": withMetadata(pod({}), { labels: { a: "b".repeat(64) } }),
    "annotation key": withMetadata(pod({}), { annotations: { "a b": "c" } }),
    "name too long": withMetadata(pod({}), { name: "a".repeat(254) }),
    "owner without uid": withMetadata(pod({}), {
      ownerReferences: [{ apiVersion: "v1", kind: "Pod", name: "a", uid: "" }],
    }),
    "two controllers": withMetadata(pod({}), {
      ownerReferences: [
        { apiVersion: "v1", kind: "Pod", name: "a", uid: "a", controller: true },
        { apiVersion: "v1", kind: "Pod", name: "b", uid: "b", controller: true },
      ],
    }),
    "owner event": withMetadata(pod({}), {
      ownerReferences: [{ apiVersion: "v1", kind: "Event", name: "a", uid: "a" }],
    }),
    "init without image": pod({}, { initContainers: [{ name: "i" }] }),
    "init lifecycle": pod(
      {},
      { initContainers: [{ name: "i", image: "b", lifecycle: { preStop: { exec: { command: ["a"] } } } }] },
    ),
    "ephemeral containers": pod({}, { ephemeralContainers: [{ name: "e", image: "i" }] }),
    "gated with node": pod({}, { nodeName: "a", schedulingGates: [{ name: "g" }] }),
    "two gates": pod({}, { schedulingGates: [{ name: "g" }, { name: "g" }] }),
    "resource claims": pod(
      {},
      {
        resourceClaims: [
          { name: "a" },
          { name: "a", resourceClaimName: "b", resourceClaimTemplateName: "c" },
        ],
      },
    ),
    "host users": pod({}, { hostUsers: false, hostNetwork: true }),
    "mirror annotation": withMetadata(pod({}), { annotations: { "kubernetes.io/config.mirror": "x" } }),
    "types list": { ...kind("v1", "Pod"), spec: { containers: { name: "a" } } },
    "types label": withMetadata(pod({}), { labels: { a: true } }),
  },
};
