import type { ApiObject } from "../api/object.js";
import type { WriteOptions } from "../api/service.js";
import { timestampOf } from "./clock.js";
import type { Controller, ControllerContext } from "./controller.js";
import { writesAs } from "./controller-user.js";
import { isSameJson } from "./json-equality.js";
import { nameOf } from "./object-keys.js";
import { leases, namespaces, nodes, statusOf } from "./resource-refs.js";

export const SIMULATED_NODE = "lectern-simulated";
/** Those of the block reserved for documentation, since nothing can be reached there; the first node has 1. */
const NODE_NETWORK = "192.0.2";
export const SIMULATED_NODE_ADDRESS = `${NODE_NETWORK}.1`;
/** As many as there are nodes in what people learn on, and a few more. */
export const MOST_NODES = 9;
const CONTROL_PLANE = "node-role.kubernetes.io/control-plane";
/** First two bytes of the addresses of pods. */
export const POD_NETWORK = "10.244";

const LEASES_NAMESPACE = "kube-node-lease";
const resources = { cpu: "64", memory: "256Gi", "ephemeral-storage": "1Ti", pods: "5000" };

/**
 * The nodes that pods of the cluster are placed on: one that says what it is, or those that somebody names, of which the first is the
 * control plane and takes no pods unless they tolerate that, where there are others.
 */
export class SimulatedNodes {
  readonly names: readonly string[];
  /** Whether pods of some images really run. */
  readonly runsPods: boolean;
  readonly #isNamed: boolean;

  constructor(names?: readonly string[], { runsPods = false }: { runsPods?: boolean } = {}) {
    this.runsPods = runsPods;
    this.#isNamed = names !== undefined && names.length > 0;
    this.names = this.#isNamed ? [...new Set(names)].slice(0, MOST_NODES) : [SIMULATED_NODE];
  }

  has(name: string | undefined): name is string {
    return name !== undefined && this.names.includes(name);
  }

  /** That of the first for a name that is none of theirs. */
  addressOf(name: string | undefined): string {
    return `${NODE_NETWORK}.${String(Math.max(0, this.names.indexOf(name ?? "")) + 1)}`;
  }

  /** What makes a write that of the node. */
  writesOf(name: string | undefined): WriteOptions {
    return writesAs(`system:node:${name ?? SIMULATED_NODE}`, "system:nodes");
  }

  isControlPlane(name: string): boolean {
    return this.#isNamed && this.names[0] === name;
  }

  /** As kubeadm leaves it: the only node of a cluster takes all pods. */
  hasTaint(name: string): boolean {
    return this.isControlPlane(name) && this.names.length > 1;
  }
}

/** Registers the nodes, again whenever one is deleted; they say everywhere what of their pods runs. */
export function createNodeRegistration({ api, clock, simulated }: ControllerContext): Controller {
  return {
    name: "node-registration",
    watch: (queue) => {
      for (const name of simulated.names) queue.add(name);
      const stop = api.watch(nodes, ({ type, object }) => {
        const name = nameOf(object);
        if (type === "DELETED" && simulated.has(name)) queue.add(name);
      });
      return [stop];
    },
    reconcile: async (name) => {
      const node = await ensureSimulatedNode(name, { api, clock, simulated });
      await ensureLease(node, { api, clock, simulated });
    },
  };
}

type NodeParts = Pick<ControllerContext, "api" | "clock" | "simulated">;

async function ensureSimulatedNode(name: string, { api, clock, simulated }: NodeParts): Promise<ApiObject> {
  const writes = simulated.writesOf(name);
  const made = nodeObject(name, simulated);
  const found = api.find(nodes, { name }) ?? (await api.create(nodes, undefined, made, writes));
  const known = await saying(found, made.metadata.annotations ?? {}, { api, writes });
  const status = nodeStatus(name, simulated, timestampOf(clock.now()));
  const { conditions: _, ...present } = (known["status"] ?? {}) as Record<string, unknown>;
  const { conditions: __, ...wanted } = status;
  if (isSameJson(present, wanted)) return known;
  return api.update(statusOf(nodes), { ...structuredClone(known), status }, writes);
}

/** The node with these annotations: pods may run that did not before. */
async function saying(
  node: ApiObject,
  annotations: Record<string, string>,
  { api, writes }: Pick<NodeParts, "api"> & { writes: WriteOptions },
): Promise<ApiObject> {
  const all = { ...node.metadata.annotations, ...annotations };
  if (isSameJson(node.metadata.annotations, all)) return node;
  return api.update(
    nodes,
    { ...structuredClone(node), metadata: { ...node.metadata, annotations: all } },
    writes,
  );
}

/** What a node renews to show that it lives; this one lives as long as the cluster does, and renews nothing. */
async function ensureLease(node: ApiObject, { api, clock, simulated }: NodeParts): Promise<void> {
  const name = nameOf(node);
  const writes = simulated.writesOf(name);
  const at = { namespace: LEASES_NAMESPACE, name };
  const isMissing = api.find(namespaces, { name: LEASES_NAMESPACE }) === undefined;
  const known = api.find(leases, at);
  const uid = node.metadata.uid ?? "";
  if (isMissing || known?.metadata.ownerReferences?.[0]?.uid === uid) return;
  if (known !== undefined) await api.delete(leases, at, writes);
  const owner = { apiVersion: "v1", kind: "Node", name, uid };
  const renewTime = clock.now().toISOString().replace("Z", "000Z");
  const lease = {
    apiVersion: "coordination.k8s.io/v1",
    kind: "Lease",
    metadata: { name, ownerReferences: [owner] },
    spec: { holderIdentity: name, leaseDurationSeconds: 40, renewTime },
  };
  await api.create(leases, LEASES_NAMESPACE, lease, writes);
}

function nodeObject(name: string, simulated: SimulatedNodes): ApiObject {
  const isOnly = simulated.names.length === 1;
  return {
    apiVersion: "v1",
    kind: "Node",
    metadata: {
      name,
      labels: {
        "kubernetes.io/hostname": name,
        "kubernetes.io/os": "linux",
        "kubernetes.io/arch": "amd64",
        "lectern.dev/simulated": "true",
        ...(simulated.isControlPlane(name) && {
          [CONTROL_PLANE]: "",
          "node.kubernetes.io/exclude-from-external-load-balancers": "",
        }),
      },
      annotations: {
        "lectern.dev/simulated": simulated.runsPods
          ? "No image is pulled: pods of images that Lectern plays run, all others are simulated."
          : "Pods on this node are simulated: no image is pulled, no process runs.",
      },
    },
    spec: {
      // Addresses of pods are of one network, whichever of several nodes they are on.
      ...(isOnly && { podCIDR: `${POD_NETWORK}.0.0/16`, podCIDRs: [`${POD_NETWORK}.0.0/16`] }),
      ...(simulated.hasTaint(name) && { taints: [{ key: CONTROL_PLANE, effect: "NoSchedule" }] }),
    },
  };
}

function nodeStatus(name: string, simulated: SimulatedNodes, now: string): Record<string, unknown> {
  const address = simulated.addressOf(name);
  const { runsPods } = simulated;
  const pressure = (what: string): string => (runsPods ? "nobody measures it" : `simulated node ${what}`);
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
      condition("MemoryPressure", "False", "SimulatedNode", pressure("uses no memory")),
      condition("DiskPressure", "False", "SimulatedNode", pressure("uses no disk")),
      condition("PIDPressure", "False", "SimulatedNode", pressure("runs no processes")),
      condition(
        "Ready",
        "True",
        "SimulatedNode",
        `simulated node accepts pods and runs ${runsPods ? "those of images that Lectern plays" : "no containers"}`,
      ),
    ],
    addresses: [
      { type: "InternalIP", address },
      { type: "Hostname", address: name },
    ],
    nodeInfo: {
      machineID: "",
      systemUUID: "",
      bootID: "",
      kernelVersion: "simulated",
      osImage: runsPods ? "Simulated node (images played by Lectern)" : "Simulated node (no containers)",
      containerRuntimeVersion: runsPods ? "lectern://0" : "simulated://0",
      kubeletVersion: "v1.35.4+simulated",
      kubeProxyVersion: "",
      operatingSystem: "linux",
      architecture: "amd64",
    },
  };
}
