import { createRequire } from "node:module";
import type { ApiObject } from "./api/object.js";
import type { ApiService, UserInfo } from "./api/service.js";
import { createFlowControl } from "./flow-control-objects.js";
import { SERVICE_NETWORK } from "./kinds/service-strategy.js";

const NAMESPACES = ["default", "kube-system", "kube-public", "kube-node-lease"];
const NAMESPACES_REF = { group: "", version: "v1", resource: "namespaces" };
const PRIORITY_CLASSES_REF = { group: "scheduling.k8s.io", version: "v1", resource: "priorityclasses" };

const PRIORITY_CLASSES = [
  {
    name: "system-cluster-critical",
    value: 2_000_000_000,
    description:
      "Used for system critical pods that must run in the cluster, but can be moved to another node if necessary.",
  },
  {
    name: "system-node-critical",
    value: 2_000_001_000,
    description: "Used for system critical pods that must not be moved from their current node.",
  },
];

const STORAGE_CLASSES_REF = { group: "storage.k8s.io", version: "v1", resource: "storageclasses" };
/** As small clusters have one, so that a claim without a class is bound; what it makes stores nothing. */
const STANDARD_CLASS: ApiObject = {
  apiVersion: "storage.k8s.io/v1",
  kind: "StorageClass",
  metadata: {
    name: "standard",
    annotations: { "storageclass.kubernetes.io/is-default-class": "true" },
  },
  provisioner: "lectern.dev/simulated",
};

const SERVICE_RANGES_REF = { group: "networking.k8s.io", version: "v1", resource: "servicecidrs" };
const SERVICE_RANGE: ApiObject = {
  apiVersion: "networking.k8s.io/v1",
  kind: "ServiceCIDR",
  metadata: { name: "kubernetes", finalizers: ["networking.k8s.io/service-cidr-finalizer"] },
  spec: { cidrs: [SERVICE_NETWORK] },
};

const SERVICES_REF = { group: "", version: "v1", resource: "services" };
/** By which pods know the API; its address is the first of the range, which no other service gets. */
const KUBERNETES_SERVICE: ApiObject = {
  apiVersion: "v1",
  kind: "Service",
  metadata: { name: "kubernetes", labels: { component: "apiserver", provider: "kubernetes" } },
  spec: {
    type: "ClusterIP",
    clusterIP: "10.96.0.1",
    ports: [{ name: "https", port: 443, protocol: "TCP", targetPort: 6443 }],
  },
};

/** Who the API server itself is when it writes. */
export const apiServerUser: UserInfo = { name: "system:apiserver", groups: ["system:masters"] };

const API_SERVICES_REF = { group: "apiregistration.k8s.io", version: "v1", resource: "apiservices" };

/** Creates the namespaces, classes and APIServices every cluster has, where they are missing. */
export async function createBootstrapObjects(api: ApiService): Promise<void> {
  for (const name of NAMESPACES) {
    if (api.find(NAMESPACES_REF, { name }) !== undefined) continue;
    const namespace: ApiObject = { apiVersion: "v1", kind: "Namespace", metadata: { name } };
    await api.create(NAMESPACES_REF, undefined, namespace, { user: apiServerUser });
  }
  for (const { name, ...fields } of PRIORITY_CLASSES) {
    if (api.find(PRIORITY_CLASSES_REF, { name }) !== undefined) continue;
    const metadata = { name };
    const priorityClass = { apiVersion: "scheduling.k8s.io/v1", kind: "PriorityClass", metadata, ...fields };
    await api.create(PRIORITY_CLASSES_REF, undefined, priorityClass, { user: apiServerUser });
  }
  for (const { name, spec } of builtInApis()) {
    if (api.find(API_SERVICES_REF, { name }) !== undefined) continue;
    const metadata = { name, labels: { "kube-aggregator.kubernetes.io/automanaged": "onstart" } };
    const apiService = { apiVersion: "apiregistration.k8s.io/v1", kind: "APIService", metadata, spec };
    await api.create(API_SERVICES_REF, undefined, apiService, { user: apiServerUser });
  }
  await createFlowControl(api);
  if (api.find(SERVICE_RANGES_REF, { name: "kubernetes" }) === undefined) await createServiceRange(api);
  if (api.find(SERVICES_REF, { namespace: "default", name: "kubernetes" }) === undefined) {
    await api.create(SERVICES_REF, "default", KUBERNETES_SERVICE, { user: apiServerUser });
  }
  if (api.find(STORAGE_CLASSES_REF, { name: "standard" }) !== undefined) return;
  await api.create(STORAGE_CLASSES_REF, undefined, STANDARD_CLASS, { user: apiServerUser });
}

/** Tells of the range that addresses of services are taken from. */
async function createServiceRange(api: ApiService): Promise<void> {
  const created = await api.create(SERVICE_RANGES_REF, undefined, SERVICE_RANGE, { user: apiServerUser });
  const ready = {
    type: "Ready",
    status: "True",
    lastTransitionTime: created.metadata.creationTimestamp,
    reason: "",
    message: "Kubernetes Service CIDR is ready",
  };
  const status = { ...SERVICE_RANGES_REF, subresource: "status" };
  await api.update(status, { ...created, status: { conditions: [ready] } }, { user: apiServerUser });
}

function builtInApis(): { name: string; spec: object }[] {
  const require = createRequire(import.meta.url);
  const { apiServices } = require("./facts/resources.json") as { apiServices: Record<string, object> };
  return Object.entries(apiServices).map(([name, spec]) => ({ name, spec }));
}
