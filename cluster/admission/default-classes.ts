import { isRecord } from "../api/field-access.js";
import type { ApiObject, ResourceRef } from "../api/object.js";
import type { ApiService } from "../api/service.js";
import type { AdmissionPlugin, AdmissionRequest } from "./admission.js";

const STORAGE_CLASSES = { group: "storage.k8s.io", version: "v1", resource: "storageclasses" };
const INGRESS_CLASSES = { group: "networking.k8s.io", version: "v1", resource: "ingressclasses" };

/** Gives a claim that names no class the one that is marked as the default. */
export function createDefaultStorageClass(api: ApiService): AdmissionPlugin {
  return {
    name: "DefaultStorageClass",
    mutate(request) {
      const spec = newSpec(request, "", "persistentvolumeclaims");
      const annotation = "volume.beta.kubernetes.io/storage-class";
      if (!spec || spec["storageClassName"] !== undefined) return;
      if (request.object?.metadata.annotations?.[annotation] !== undefined) return;
      const name = defaultOf(api, STORAGE_CLASSES, "storageclass.kubernetes.io/is-default-class");
      if (name !== undefined) spec["storageClassName"] = name;
    },
  };
}

/** The same for an Ingress. */
export function createDefaultIngressClass(api: ApiService): AdmissionPlugin {
  return {
    name: "DefaultIngressClass",
    mutate(request) {
      const spec = newSpec(request, "networking.k8s.io", "ingresses");
      if (!spec || spec["ingressClassName"] !== undefined) return;
      if (request.object?.metadata.annotations?.["kubernetes.io/ingress.class"] !== undefined) return;
      const name = defaultOf(api, INGRESS_CLASSES, "ingressclass.kubernetes.io/is-default-class");
      if (name !== undefined) spec["ingressClassName"] = name;
    },
  };
}

function newSpec(
  { operation, resource, object }: AdmissionRequest,
  group: string,
  name: string,
): Record<string, unknown> | undefined {
  const isMeant = resource.group === group && resource.resource === name && !resource.subresource;
  if (operation !== "CREATE" || !isMeant || !isRecord(object?.["spec"])) return undefined;
  return object["spec"];
}

/** Of several defaults the youngest counts, of those the first by name. */
function defaultOf(api: ApiService, ref: ResourceRef, annotation: string): string | undefined {
  const [first] = api
    .list(ref)
    .filter(({ metadata }) => metadata.annotations?.[annotation] === "true")
    .toSorted((a, b) => madeAt(b).localeCompare(madeAt(a)) || nameOf(a).localeCompare(nameOf(b)));
  return first && nameOf(first);
}

function madeAt({ metadata }: ApiObject): string {
  return metadata.creationTimestamp ?? "";
}

function nameOf({ metadata }: ApiObject): string {
  return metadata.name ?? "";
}
