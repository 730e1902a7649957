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
export const jobs = named("batch", "v1", "jobs");
export const cronJobs = named("batch", "v1", "cronjobs");
export const podDisruptionBudgets = named("policy", "v1", "poddisruptionbudgets");
/** In the version they are stored in. */
export const horizontalPodAutoscalers = named("autoscaling", "v2", "horizontalpodautoscalers");
export const endpointSlices = named("discovery.k8s.io", "v1", "endpointslices");
export const ingresses = named("networking.k8s.io", "v1", "ingresses");
export const ingressClasses = named("networking.k8s.io", "v1", "ingressclasses");
export const customResourceDefinitions = named("apiextensions.k8s.io", "v1", "customresourcedefinitions");

export const certificateSigningRequests = named("certificates.k8s.io", "v1", "certificatesigningrequests");
export const apiServices = named("apiregistration.k8s.io", "v1", "apiservices");
export const flowSchemas = named("flowcontrol.apiserver.k8s.io", "v1", "flowschemas");
export const priorityLevels = named("flowcontrol.apiserver.k8s.io", "v1", "prioritylevelconfigurations");
export const leases = named("coordination.k8s.io", "v1", "leases");
export const storageClasses = named("storage.k8s.io", "v1", "storageclasses");

/** The `status` subresource of a resource. */
export function statusOf(ref: ResourceRef): ResourceRef {
  return { ...ref, subresource: "status" };
}

function core(resource: string): ResourceRef {
  return named("", "v1", resource);
}

function apps(resource: string): ResourceRef {
  return named("apps", "v1", resource);
}

function named(group: string, version: string, resource: string): ResourceRef {
  return { group, version, resource };
}
