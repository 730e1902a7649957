import { claim, volume, kind, withMetadata, secret, configMap, serviceAccount } from "./objects.js";
import type { InvalidObjects } from "./objects.js";

export const storageCases: InvalidObjects = {
  PersistentVolumeClaim: {
    "no resources": claim({ resources: undefined }),
    "no mode": claim({ accessModes: [] }),
    twice: claim({ accessModes: ["ReadWriteOncePod", "ReadWriteMany"] }),
    selector: claim({ selector: { matchExpressions: [{ key: "a", operator: "Like" }] } }),
    quantity: claim({ resources: { requests: { storage: "1 Gi" } } }),
    unit: claim({ resources: { requests: { storage: "1GB" } } }),
    name: withMetadata(claim({}), { name: "Data_1" }),
    "attributes class": claim({ volumeAttributesClassName: "A_b" }),
    block: claim({ volumeMode: "block" }),
  },
  PersistentVolume: {
    "no capacity": volume({ capacity: undefined, hostPath: { path: "/a" } }),
    "cpu capacity": volume({ capacity: { cpu: "1" }, hostPath: { path: "/a" } }),
    dots: volume({ hostPath: { path: "/a/../b" } }),
    local: volume({ local: { path: "" } }),
    "local affinity": volume({ local: { path: "/a" } }),
    "local dots": volume({
      local: { path: "/a/.." },
      nodeAffinity: {
        required: {
          nodeSelectorTerms: [{ matchExpressions: [{ key: "a", operator: "In", values: ["b"] }] }],
        },
      },
    }),
    class: volume({ hostPath: { path: "/a" }, storageClassName: "A_b" }),
    recycle: volume({ hostPath: { path: "/" }, persistentVolumeReclaimPolicy: "Recycle" }),
    affinity: volume({ hostPath: { path: "/a" }, nodeAffinity: { required: { nodeSelectorTerms: [] } } }),
    "once pod": volume({ hostPath: { path: "/a" }, accessModes: ["ReadWriteOncePod", "ReadOnlyMany"] }),
    csi: volume({ csi: { driver: "", volumeHandle: "" } }),
    nfs: volume({ nfs: { server: "", path: "" } }),
  },
  StorageClass: {
    "empty parameter": {
      ...kind("storage.k8s.io/v1", "StorageClass"),
      provisioner: "a/b",
      parameters: { "": "a" },
    },
    topology: {
      ...kind("storage.k8s.io/v1", "StorageClass"),
      provisioner: "a/b",
      allowedTopologies: [{ matchLabelExpressions: [{ key: "a", values: [] }] }],
    },
    provisioner: { ...kind("storage.k8s.io/v1", "StorageClass"), provisioner: "A b/c" },
    name: { ...kind("storage.k8s.io/v1", "StorageClass"), metadata: { name: "Fast_1" }, provisioner: "a/b" },
  },
  ConfigMap: {
    "empty key": configMap({ data: { "": "a" } }),
    "long key": configMap({ data: { ["a".repeat(254)]: "a" } }),
    slash: configMap({ data: { "a/b": "c" } }),
    "number value": configMap({ data: { a: 1 } }),
    "bool value": configMap({ data: { a: true } }),
    nested: configMap({ data: { a: { b: "c" } } }),
    binary: configMap({ binaryData: { a: "not base64!" } }),
    name: withMetadata(configMap({}), { name: "My_Map" }),
    "no name": { apiVersion: "v1", kind: "ConfigMap", metadata: {}, data: {} },
    dot: configMap({ data: { ".": "a" } }),
    "dots prefix": configMap({ data: { "..a": "a" } }),
    "annotations size": withMetadata(configMap({}), { annotations: { a: "x".repeat(262145) } }),
    namespace: withMetadata(configMap({}), { namespace: "other" }),
    "list data": configMap({ data: ["a"] }),
  },
  Secret: {
    "not base64": secret({ data: { a: "plain text" } }),
    padding: secret({ data: { a: "YQ" } }),
    key: secret({ data: { "a b": "YQ==" } }),
    number: secret({ stringData: { a: 1 } }),
    dockercfg: secret({ type: "kubernetes.io/dockercfg", data: { ".dockercfg": "eA==" } }),
    "tls half": secret({ type: "kubernetes.io/tls", data: { "tls.crt": "YQ==" } }),
    large: secret({ data: { a: "eHh4".repeat(349600) } }),
    "docker empty": secret({ type: "kubernetes.io/dockerconfigjson", data: { ".dockerconfigjson": "" } }),
  },
  ServiceAccount: {
    name: withMetadata(serviceAccount({}), { name: "A_b" }),
    types: serviceAccount({ automountServiceAccountToken: "yes" }),
  },
};
