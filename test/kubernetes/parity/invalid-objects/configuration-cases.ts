import { kind, claim, volume, roleRef, definition } from "./objects.js";
import type { InvalidObjects } from "./objects.js";

export const configurationCases: InvalidObjects = {
  ConfigMap: {
    key: { ...kind("v1", "ConfigMap"), data: { "a b": "c" } },
    dots: { ...kind("v1", "ConfigMap"), data: { "..": "c" } },
    "key in both": { ...kind("v1", "ConfigMap"), data: { a: "b" }, binaryData: { a: "Yg==" } },
    "too large": { ...kind("v1", "ConfigMap"), data: { a: "x".repeat(1_100_000) } },
  },
  Secret: {
    tls: { ...kind("v1", "Secret"), type: "kubernetes.io/tls", data: {} },
    docker: {
      ...kind("v1", "Secret"),
      type: "kubernetes.io/dockerconfigjson",
      stringData: { ".dockerconfigjson": "not json" },
    },
    "docker without": { ...kind("v1", "Secret"), type: "kubernetes.io/dockerconfigjson" },
    basic: { ...kind("v1", "Secret"), type: "kubernetes.io/basic-auth", stringData: {} },
    ssh: { ...kind("v1", "Secret"), type: "kubernetes.io/ssh-auth", stringData: {} },
    token: { ...kind("v1", "Secret"), type: "kubernetes.io/service-account-token" },
  },
  PersistentVolumeClaim: {
    empty: { ...kind("v1", "PersistentVolumeClaim"), spec: {} },
    mode: claim({ accessModes: ["Sometimes"] }),
    zero: claim({ resources: { requests: { storage: "0" } } }),
    negative: claim({ resources: { requests: { storage: "-1Gi" } } }),
    "volume mode": claim({ volumeMode: "Tape" }),
    class: claim({ storageClassName: "A_b" }),
  },
  PersistentVolume: {
    empty: { ...kind("v1", "PersistentVolume"), spec: {} },
    "two sources": volume({ hostPath: { path: "/a" }, nfs: { server: "a", path: "/b" } }),
    "no source": volume({}),
    policy: volume({ hostPath: { path: "/a" }, persistentVolumeReclaimPolicy: "Burn" }),
  },
  StorageClass: {
    "no provisioner": { ...kind("storage.k8s.io/v1", "StorageClass"), provisioner: "" },
    policy: { ...kind("storage.k8s.io/v1", "StorageClass"), provisioner: "a/b", reclaimPolicy: "Burn" },
    mode: { ...kind("storage.k8s.io/v1", "StorageClass"), provisioner: "a/b", volumeBindingMode: "Never" },
  },
  LimitRange: {
    "min above max": {
      ...kind("v1", "LimitRange"),
      spec: { limits: [{ type: "Container", min: { cpu: "2" }, max: { cpu: "1" } }] },
    },
    "default above max": {
      ...kind("v1", "LimitRange"),
      spec: { limits: [{ type: "Container", default: { cpu: "2" }, max: { cpu: "1" } }] },
    },
    twice: { ...kind("v1", "LimitRange"), spec: { limits: [{ type: "Container" }, { type: "Container" }] } },
    "default of a pod": {
      ...kind("v1", "LimitRange"),
      spec: { limits: [{ type: "Pod", default: { cpu: "2" } }] },
    },
  },
  ResourceQuota: {
    negative: { ...kind("v1", "ResourceQuota"), spec: { hard: { pods: "-1" } } },
    fraction: { ...kind("v1", "ResourceQuota"), spec: { hard: { pods: "1.5" } } },
    name: { ...kind("v1", "ResourceQuota"), spec: { hard: { what: "1" } } },
    scope: { ...kind("v1", "ResourceQuota"), spec: { hard: { pods: "1" }, scopes: ["Sometimes"] } },
    scopes: {
      ...kind("v1", "ResourceQuota"),
      spec: { hard: { pods: "1" }, scopes: ["BestEffort", "NotBestEffort"] },
    },
  },
  Role: {
    "no verbs": {
      ...kind("rbac.authorization.k8s.io/v1", "Role"),
      rules: [{ apiGroups: [""], resources: ["pods"], verbs: [] }],
    },
    urls: {
      ...kind("rbac.authorization.k8s.io/v1", "Role"),
      rules: [{ nonResourceURLs: ["/a"], verbs: ["get"] }],
    },
  },
  RoleBinding: {
    subject: {
      ...kind("rbac.authorization.k8s.io/v1", "RoleBinding"),
      roleRef: roleRef(),
      subjects: [{ kind: "ServiceAccount", name: "" }],
    },
    "subject kind": {
      ...kind("rbac.authorization.k8s.io/v1", "RoleBinding"),
      roleRef: roleRef(),
      subjects: [{ kind: "What", name: "a" }],
    },
    role: { ...kind("rbac.authorization.k8s.io/v1", "RoleBinding"), roleRef: { ...roleRef(), name: "" } },
  },
  Namespace: { name: { ...kind("v1", "Namespace"), metadata: { name: "A" } } },
  Lease: {
    duration: { ...kind("coordination.k8s.io/v1", "Lease"), spec: { leaseDurationSeconds: -1 } },
  },
  CustomResourceDefinition: {
    "properties and additionalProperties": definition({
      properties: {
        spec: {
          type: "object",
          properties: { a: { type: "string" } },
          additionalProperties: { type: "string" },
        },
      },
    }),
    "no type": definition({ properties: { spec: { properties: { a: { type: "string" } } } } }),
    "list of nothing": definition({ properties: { spec: { type: "array" } } }),
    name: { ...definition({}), metadata: { name: "wrong" } },
  },
};
