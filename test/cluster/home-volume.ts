import { chmodSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import type { NodeNamespaces } from "../kubernetes/node/node-namespaces.js";

/** A folder of the node as a volume that any claim without a class may have; who uses it is not known before. */
export function volumeOn(node: NodeNamespaces, name: string) {
  const path = join(node.identity.folder, name);
  mkdirSync(path);
  chmodSync(path, 0o777);
  return {
    apiVersion: "v1",
    kind: "PersistentVolume",
    metadata: { name },
    spec: {
      capacity: { storage: "10Gi" },
      accessModes: ["ReadWriteOnce"],
      hostPath: { path, type: "Directory" },
    },
  };
}
