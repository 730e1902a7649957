import type { ApiObject } from "../api/object.js";
import type { Controller, ControllerContext } from "./controller.js";
import { writesAs } from "./controller-user.js";
import { isSameJson } from "./json-equality.js";
import { endpoints, endpointSlices, namespaces } from "./resource-refs.js";
import { SIMULATED_NODE_ADDRESS } from "./simulated-node.js";

/** The service of the API itself, whose name everybody knows. */
export const API_SERVICE = { namespace: "default", name: "kubernetes" };

const WRITES = { ...writesAs("system:apiserver", "system:masters"), fieldManager: "kube-apiserver" };
const PORT = { name: "https", port: 6443, protocol: "TCP" };

/**
 * Keeps the addresses behind the service `kubernetes`, as an API server does for itself. It listens at a loopback address, which
 * no endpoint may be: the one that is told is the node's, as on any cluster of one node.
 */
export function createApiEndpointsController({ api }: ControllerContext): Controller {
  const ensure = async (ref: typeof endpoints, wanted: ApiObject): Promise<void> => {
    const known = api.find(ref, API_SERVICE);
    if (known === undefined) return void (await api.create(ref, API_SERVICE.namespace, wanted, WRITES));
    const { metadata, ...content } = wanted;
    const isKept = Object.entries(content).every(([name, value]) => isSameJson(known[name], value));
    if (isKept && isSameJson(known.metadata.labels, metadata.labels)) return;
    const kept = { ...known.metadata, labels: metadata.labels ?? {} };
    await api.update(ref, structuredClone({ ...known, ...content, metadata: kept }), WRITES);
  };
  return {
    name: "api-endpoints",
    watch: (queue) => {
      const look = ({ metadata }: ApiObject): void => {
        const { namespace, name } = metadata;
        if (namespace === API_SERVICE.namespace && name === API_SERVICE.name) queue.add(API_SERVICE.name);
      };
      queue.add(API_SERVICE.name);
      return [endpoints, endpointSlices].map((ref) => api.watch(ref, ({ object }) => look(object)));
    },
    reconcile: async () => {
      if (api.find(namespaces, { name: API_SERVICE.namespace }) === undefined) return;
      await ensure(endpoints, ownEndpoints());
      await ensure(endpointSlices, ownSlice());
    },
  };
}

function ownEndpoints(): ApiObject {
  const labels = { "endpointslice.kubernetes.io/skip-mirror": "true" };
  return {
    apiVersion: "v1",
    kind: "Endpoints",
    metadata: { ...API_SERVICE, labels },
    subsets: [{ addresses: [{ ip: SIMULATED_NODE_ADDRESS }], ports: [PORT] }],
  };
}

function ownSlice(): ApiObject {
  return {
    apiVersion: "discovery.k8s.io/v1",
    kind: "EndpointSlice",
    metadata: { ...API_SERVICE, labels: { "kubernetes.io/service-name": API_SERVICE.name } },
    addressType: "IPv4",
    endpoints: [{ addresses: [SIMULATED_NODE_ADDRESS], conditions: { ready: true } }],
    ports: [PORT],
  };
}
