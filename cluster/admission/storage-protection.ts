import type { AdmissionPlugin } from "./admission.js";

/** What holds a claim while a pod uses it, and a volume while a claim does. */
const FINALIZERS: Record<string, string> = {
  persistentvolumeclaims: "kubernetes.io/pvc-protection",
  persistentvolumes: "kubernetes.io/pv-protection",
};

/** Keeps storage from going while it is in use; controllers let it go. */
export function createStorageProtection(): AdmissionPlugin {
  return {
    name: "StorageObjectInUseProtection",
    mutate({ operation, resource, object }) {
      if (operation !== "CREATE" || resource.group !== "" || resource.subresource || !object) return;
      const finalizer = Object.hasOwn(FINALIZERS, resource.resource)
        ? FINALIZERS[resource.resource]
        : undefined;
      const { finalizers = [] } = object.metadata;
      if (finalizer === undefined || finalizers.includes(finalizer)) return;
      object.metadata.finalizers = [...finalizers, finalizer];
    },
  };
}
