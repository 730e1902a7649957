import { signingRequest } from "./extension-objects.js";
import { kind, limitRange, quota, lease } from "./objects.js";
import type { InvalidObjects } from "./objects.js";

export const limitCases: InvalidObjects = {
  LimitRange: {
    "request above": limitRange({ type: "Container", defaultRequest: { cpu: "2" }, default: { cpu: "1" } }),
    "request above max": limitRange({ type: "Container", defaultRequest: { cpu: "2" }, max: { cpu: "1" } }),
    "default below min": limitRange({ type: "Container", default: { cpu: "1" }, min: { cpu: "2" } }),
    "request below min": limitRange({ type: "Container", defaultRequest: { cpu: "1" }, min: { cpu: "2" } }),
    ratio: limitRange({ type: "Container", maxLimitRequestRatio: { cpu: "0" } }),
    "ratio max": limitRange({
      type: "Container",
      min: { cpu: "1" },
      max: { cpu: "2" },
      maxLimitRequestRatio: { cpu: "5" },
    }),
    claim: limitRange({ type: "PersistentVolumeClaim" }),
    type: limitRange({ type: "What" }),
    "no type": limitRange({ max: { cpu: "1" } }),
    resource: limitRange({ type: "Container", max: { "a b": "1" } }),
    "pod ratio": limitRange({ type: "Pod", defaultRequest: { cpu: "1" } }),
    "short resource": limitRange({ type: "Container", max: { foo: "1" } }),
  },
  ResourceQuota: {
    "scope resource": quota({ hard: { services: "1" }, scopes: ["BestEffort"] }),
    selector: quota({
      hard: { pods: "1" },
      scopeSelector: { matchExpressions: [{ scopeName: "PriorityClass", operator: "What" }] },
    }),
    "selector in": quota({
      hard: { pods: "1" },
      scopeSelector: { matchExpressions: [{ scopeName: "PriorityClass", operator: "In" }] },
    }),
    "selector exists": quota({
      hard: { pods: "1" },
      scopeSelector: { matchExpressions: [{ scopeName: "BestEffort", operator: "In", values: ["a"] }] },
    }),
    "terminating both": quota({ hard: { pods: "1" }, scopes: ["Terminating", "NotTerminating"] }),
    quantity: quota({ hard: { cpu: "lots" } }),
    "best effort cpu": quota({ hard: { "requests.cpu": "1" }, scopes: ["BestEffort"] }),
    count: quota({ hard: { "count/pods": "-1" } }),
    "not equal": quota({
      hard: { pods: "1" },
      scopeSelector: { matchExpressions: [{ scopeName: "Terminating", operator: "Exists", values: ["a"] }] },
    }),
    cross: quota({ hard: { services: "1" }, scopes: ["CrossNamespacePodAffinity"] }),
    "storage fraction": quota({ hard: { persistentvolumeclaims: "1.5", "requests.storage": "1m" } }),
  },
  Namespace: {
    long: { ...kind("v1", "Namespace"), metadata: { name: "a".repeat(64) } },
    dots: { ...kind("v1", "Namespace"), metadata: { name: "a.b" } },
    dash: { ...kind("v1", "Namespace"), metadata: { name: "-a" } },
    label: {
      ...kind("v1", "Namespace"),
      metadata: { name: "x", labels: { "pod-security.kubernetes.io/enforce": "strict" } },
    },
    labelversion: {
      ...kind("v1", "Namespace"),
      metadata: { name: "x", labels: { "pod-security.kubernetes.io/enforce-version": "1.35" } },
    },
  },
  Node: {
    taints: { ...kind("v1", "Node"), spec: { taints: [{ key: "a b", effect: "What" }] } },
    "taint twice": {
      ...kind("v1", "Node"),
      spec: {
        taints: [
          { key: "a", effect: "NoSchedule" },
          { key: "a", effect: "NoSchedule" },
        ],
      },
    },
    cidr: { ...kind("v1", "Node"), spec: { podCIDR: "1.2.3.4/40" } },
    "taint value": {
      ...kind("v1", "Node"),
      spec: { taints: [{ key: "a", value: "b c", effect: "NoSchedule" }] },
    },
    "taint no effect": { ...kind("v1", "Node"), spec: { taints: [{ key: "a" }] } },
  },
  Lease: {
    transitions: lease({ leaseTransitions: -1 }),
  },
  RuntimeClass: {
    handler: { ...kind("node.k8s.io/v1", "RuntimeClass"), handler: "A_b" },
    overhead: {
      ...kind("node.k8s.io/v1", "RuntimeClass"),
      handler: "a",
      overhead: { podFixed: { cpu: "-1" } },
    },
    scheduling: {
      ...kind("node.k8s.io/v1", "RuntimeClass"),
      handler: "a",
      scheduling: { nodeSelector: { "a b": "c" } },
    },
  },
  CertificateSigningRequest: {
    pem: signingRequest({}),
    signer: signingRequest({ signerName: "nodomain" }),
    usage: signingRequest({ usages: ["what"] }),
    "no usages": signingRequest({ usages: [] }),
    short: signingRequest({ expirationSeconds: 10 }),
    base64: signingRequest({ request: "-----BEGIN CERTIFICATE REQUEST-----" }),
    twice: signingRequest({ usages: ["client auth", "client auth"] }),
    "no request": signingRequest({ request: undefined }),
  },
};
