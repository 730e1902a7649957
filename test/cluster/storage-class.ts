import { join } from "node:path";
import type { NodeNamespaces } from "../kubernetes/node/node-namespaces.js";

/** A default storage class without a provisioner, and folders of the node as volumes of it, each of which one claim may have once. */
export function volumesOfClass(node: NodeNamespaces, name: string, count: number): object[] {
  const storageClass = {
    apiVersion: "storage.k8s.io/v1",
    kind: "StorageClass",
    metadata: { name, annotations: { "storageclass.kubernetes.io/is-default-class": "true" } },
    provisioner: "kubernetes.io/no-provisioner",
    volumeBindingMode: "WaitForFirstConsumer",
  };
  const volumes = Array.from({ length: count }, (_, index) => ({
    apiVersion: "v1",
    kind: "PersistentVolume",
    metadata: { name: `${name}-${String(index)}` },
    spec: {
      capacity: { storage: "2Gi" },
      accessModes: ["ReadWriteOnce"],
      storageClassName: name,
      persistentVolumeReclaimPolicy: "Retain",
      hostPath: { path: join(node.identity.folder, `${name}-${String(index)}`), type: "DirectoryOrCreate" },
    },
  }));
  return [storageClass, ...volumes];
}
