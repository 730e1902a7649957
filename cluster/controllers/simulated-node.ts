import type { ApiObject } from "../api/object.js";
import type { ApiService } from "../api/service.js";
import type { Clock } from "./clock.js";
import { timestampOf } from "./clock.js";
import type { Controller, ControllerContext } from "./controller.js";
import { writesAs } from "./controller-user.js";
import { isSameJson } from "./json-equality.js";
import { nameOf } from "./object-keys.js";
import { leases, namespaces, nodes, statusOf } from "./resource-refs.js";

export const SIMULATED_NODE = "lectern-simulated";
/** From the block reserved for documentation, since nothing can be reached there. */
export const SIMULATED_NODE_ADDRESS = "192.0.2.1";
/** First two bytes of the addresses of pods. */
export const POD_NETWORK = "10.244";
export const NODE_WRITES = writesAs(`system:node:${SIMULATED_NODE}`, "system:nodes");

const LEASES_NAMESPACE = "kube-node-lease";
const resources = { cpu: "64", memory: "256Gi", "ephemeral-storage": "1Ti", pods: "5000" };

/** Registers the one node, again whenever it is deleted; it says everywhere that it runs no containers. */
export function createNodeRegistration({ api, clock }: ControllerContext): Controller {
  return {
    name: "node-registration",
    watch: (queue) => {
      queue.add(SIMULATED_NODE);
      const stop = api.watch(nodes, ({ type, object }) => {
        if (type === "DELETED" && nameOf(object) === SIMULATED_NODE) queue.add(SIMULATED_NODE);
      });
      return [stop];
    },
    reconcile: async () => {
      const node = await ensureSimulatedNode(api, clock);
      await ensureLease(api, node, clock);
    },
  };
}

async function ensureSimulatedNode(api: ApiService, clock: Clock): Promise<ApiObject> {
  const at = { name: SIMULATED_NODE };
  const known = api.find(nodes, at) ?? (await api.create(nodes, undefined, nodeObject(), NODE_WRITES));
  const status = nodeStatus(timestampOf(clock.now()));
  const { conditions: _, ...present } = (known["status"] ?? {}) as Record<string, unknown>;
  const { conditions: __, ...wanted } = status;
  if (isSameJson(present, wanted)) return known;
  return api.update(statusOf(nodes), { ...structuredClone(known), status }, NODE_WRITES);
}

/** What a node renews to show that it lives; this one lives as long as the cluster does, and renews nothing. */
async function ensureLease(api: ApiService, node: ApiObject, clock: Clock): Promise<void> {
  const at = { namespace: LEASES_NAMESPACE, name: SIMULATED_NODE };
  const isMissing = api.find(namespaces, { name: LEASES_NAMESPACE }) === undefined;
  const known = api.find(leases, at);
  const uid = node.metadata.uid ?? "";
  if (isMissing || known?.metadata.ownerReferences?.[0]?.uid === uid) return;
  if (known !== undefined) await api.delete(leases, at, NODE_WRITES);
  const owner = { apiVersion: "v1", kind: "Node", name: SIMULATED_NODE, uid };
  const renewTime = clock.now().toISOString().replace("Z", "000Z");
  const lease = {
    apiVersion: "coordination.k8s.io/v1",
    kind: "Lease",
    metadata: { name: SIMULATED_NODE, ownerReferences: [owner] },
    spec: { holderIdentity: SIMULATED_NODE, leaseDurationSeconds: 40, renewTime },
  };
  await api.create(leases, LEASES_NAMESPACE, lease, NODE_WRITES);
}

function nodeObject(): ApiObject {
  return {
    apiVersion: "v1",
    kind: "Node",
    metadata: {
      name: SIMULATED_NODE,
      labels: {
        "kubernetes.io/hostname": SIMULATED_NODE,
        "kubernetes.io/os": "linux",
        "kubernetes.io/arch": "amd64",
        "lectern.dev/simulated": "true",
      },
      annotations: {
        "lectern.dev/simulated": "Pods on this node are simulated: no image is pulled, no process runs.",
      },
    },
    spec: { podCIDR: `${POD_NETWORK}.0.0/16`, podCIDRs: [`${POD_NETWORK}.0.0/16`] },
  };
}

function nodeStatus(now: string): Record<string, unknown> {
  const condition = (type: string, status: string, reason: string, message: string) => ({
    type,
    status,
    lastHeartbeatTime: now,
    lastTransitionTime: now,
    reason,
    message,
  });
  return {
    capacity: resources,
    allocatable: resources,
    conditions: [
      condition("MemoryPressure", "False", "SimulatedNode", "simulated node uses no memory"),
      condition("DiskPressure", "False", "SimulatedNode", "simulated node uses no disk"),
      condition("PIDPressure", "False", "SimulatedNode", "simulated node runs no processes"),
      condition("Ready", "True", "SimulatedNode", "simulated node accepts pods and runs no containers"),
    ],
    addresses: [
      { type: "InternalIP", address: SIMULATED_NODE_ADDRESS },
      { type: "Hostname", address: SIMULATED_NODE },
    ],
    nodeInfo: {
      machineID: "",
      systemUUID: "",
      bootID: "",
      kernelVersion: "simulated",
      osImage: "Simulated node (no containers)",
      containerRuntimeVersion: "simulated://0",
      kubeletVersion: "v1.35.4+simulated",
      kubeProxyVersion: "",
      operatingSystem: "linux",
      architecture: "amd64",
    },
  };
}
