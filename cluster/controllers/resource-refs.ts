import type { ResourceRef } from "../api/object.js";

export const pods = core("pods");
export const nodes = core("nodes");
export const namespaces = core("namespaces");
export const services = core("services");
export const endpoints = core("endpoints");
export const events = core("events");
export const configMaps = core("configmaps");
export const secrets = core("secrets");
export const serviceAccounts = core("serviceaccounts");
export const resourceQuotas = core("resourcequotas");
export const persistentVolumeClaims = core("persistentvolumeclaims");
export const persistentVolumes = core("persistentvolumes");
export const replicationControllers = core("replicationcontrollers");
export const deployments = apps("deployments");
export const replicaSets = apps("replicasets");
export const statefulSets = apps("statefulsets");
export const daemonSets = apps("daemonsets");
export const controllerRevisions = apps("controllerrevisions");
export const jobs: ResourceRef = { group: "batch", version: "v1", resource: "jobs" };
export const cronJobs: ResourceRef = { group: "batch", version: "v1", resource: "cronjobs" };
export const podDisruptionBudgets: ResourceRef = {
  group: "policy",
  version: "v1",
  resource: "poddisruptionbudgets",
};
/** In the version they are stored in. */
export const horizontalPodAutoscalers: ResourceRef = {
  group: "autoscaling",
  version: "v2",
  resource: "horizontalpodautoscalers",
};
export const endpointSlices: ResourceRef = {
  group: "discovery.k8s.io",
  version: "v1",
  resource: "endpointslices",
};
export const customResourceDefinitions: ResourceRef = {
  group: "apiextensions.k8s.io",
  version: "v1",
  resource: "customresourcedefinitions",
};

export const leases: ResourceRef = {
  group: "coordination.k8s.io",
  version: "v1",
  resource: "leases",
};
export const storageClasses: ResourceRef = {
  group: "storage.k8s.io",
  version: "v1",
  resource: "storageclasses",
};

/** The `status` subresource of a resource. */
export function statusOf(ref: ResourceRef): ResourceRef {
  return { ...ref, subresource: "status" };
}

function core(resource: string): ResourceRef {
  return { group: "", version: "v1", resource };
}

function apps(resource: string): ResourceRef {
  return { group: "apps", version: "v1", resource };
}
