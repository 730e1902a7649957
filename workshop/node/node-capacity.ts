import { MAX_PODS, budgetOf } from "../common/budget.js";
import type { Resource } from "../common/capacity.js";
import type { Lab } from "../common/lab.js";
import type { KubernetesClient } from "../../kubernetes/node/kubernetes-client.js";
import { quantityOf } from "../../kubernetes/node/quantity.js";

type Quantities = Record<string, string>;

interface Container {
  resources?: { requests?: Quantities };
  restartPolicy?: string;
}

interface Pod {
  spec: {
    nodeName?: string;
    containers: Container[];
    initContainers?: Container[];
    overhead?: Quantities;
    resources?: { requests?: Quantities };
  };
  status?: { phase?: string };
}

interface Node {
  metadata: { name: string };
  spec: { unschedulable?: boolean; taints?: { effect: string }[] };
  status: { allocatable?: Quantities; conditions?: { type: string; status: string }[] };
}

interface List<Item> {
  items: Item[];
  metadata?: { continue?: string };
}

/** Nodes and pods are read in pieces of this many. */
const PAGE_ITEMS = 500;

/** What the nodes of a cluster can still take, and what is to be said about it. */
export interface NodeCapacity {
  resources: Resource[];
  notes: string[];
}

/** What one pod takes in any case and may take, as quantities by resource; `pods` among them. */
export interface PodDemand {
  takes: Quantities;
  mayTake: Quantities;
}

type Name = "cpu" | "memory" | "pods" | "ephemeral-storage";

/**
 * What the nodes have allocatable beyond the requests of the pods on them, and what one session of the lab takes of it: its pods, and that
 * of its shells, where it has one. Throws KubernetesError.
 */
export async function nodeCapacity(
  client: KubernetesClient,
  lab: Lab,
  shell: PodDemand = { takes: {}, mayTake: {} },
): Promise<NodeCapacity> {
  const [nodes, pods] = await Promise.all([
    listAll<Node>(client, "/api/v1/nodes"),
    listAll<Pod>(client, "/api/v1/pods"),
  ]);
  const closed = nodes.filter((node) => refusal(node) !== undefined);
  const open = nodes.filter((node) => refusal(node) === undefined);
  const running = pods.filter(({ status }) => status?.phase !== "Succeeded" && status?.phase !== "Failed");
  const free = (name: Name) => open.reduce((sum, node) => sum + freeOn(node, running, name), 0);
  const budget = budgetOf(lab.budget);
  const resource = (name: Name, unit: Resource["unit"], ofPods: number): Resource => ({
    where: "nodes",
    name: name === "ephemeral-storage" ? "disk" : name,
    unit,
    free: free(name),
    takes: quantity(shell.takes, name),
    mayTake: ofPods + quantity(shell.mayTake, name),
  });
  const storage = "ephemeral-storage";
  const knowsStorage = open.some(({ status }) => status.allocatable?.[storage] !== undefined);
  return {
    resources: [
      ...(budget ? [resource("cpu", "cores", quantityOf(budget.cpu))] : []),
      ...(budget ? [resource("memory", "bytes", quantityOf(budget.memory))] : []),
      resource("pods", "count", MAX_PODS),
      // The budget bounds none of it.
      ...(shell.takes[storage] !== undefined && knowsStorage ? [resource(storage, "bytes", 0)] : []),
    ],
    notes: [
      ...(nodes.length === 0 ? ["The cluster has no nodes: no pod of a session will run."] : []),
      ...closed.map((node) => `The node ${node.metadata.name} takes no pods: ${refusal(node) ?? ""}.`),
      ...(budget
        ? []
        : ["The lab has a budget of its own, in its objects; what its pods may take is not known here."]),
    ],
  };
}

async function listAll<Item>(client: KubernetesClient, path: string): Promise<Item[]> {
  const items: Item[] = [];
  for (let next = ""; ;) {
    const query = `?limit=${PAGE_ITEMS}${next === "" ? "" : `&continue=${encodeURIComponent(next)}`}`;
    const list = await client.get<List<Item>>(path + query);
    items.push(...list.items);
    next = list.metadata?.continue ?? "";
    if (next === "") return items;
  }
}

/** Why the scheduler gives the node no pods of sessions, which tolerate nothing. */
function refusal({ spec, status }: Node): string | undefined {
  if (spec.unschedulable) return "it is cordoned";
  const taint = spec.taints?.find(({ effect }) => effect === "NoSchedule" || effect === "NoExecute");
  if (taint) return "it has a taint that keeps pods away";
  const ready = status.conditions?.find(({ type }) => type === "Ready");
  return ready?.status === "True" ? undefined : "it is not ready";
}

function freeOn(node: Node, pods: readonly Pod[], name: Name): number {
  const own = pods.filter(({ spec }) => spec.nodeName === node.metadata.name);
  const taken = name === "pods" ? own.length : own.reduce((sum, pod) => sum + requestOf(pod, name), 0);
  return Math.max(0, quantity(node.status.allocatable, name) - taken);
}

/** What the scheduler reckons a pod with: its containers together, or the largest of those that run before, and what the runtime adds. */
function requestOf({ spec }: Pod, name: string): number {
  const request = ({ resources }: Container) => quantity(resources?.requests, name);
  const sum = (containers: readonly Container[]) =>
    containers.reduce((total, container) => total + request(container), 0);
  const before = spec.initContainers ?? [];
  const besides = sum(before.filter(({ restartPolicy }) => restartPolicy === "Always"));
  const largest = Math.max(
    0,
    ...before.filter(({ restartPolicy }) => restartPolicy !== "Always").map((one) => request(one) + besides),
  );
  const ofContainers = Math.max(sum(spec.containers) + besides, largest);
  const ofPod = spec.resources?.requests?.[name];
  return (ofPod === undefined ? ofContainers : quantityOf(ofPod)) + quantity(spec.overhead, name);
}

function quantity(quantities: Quantities | undefined, name: string): number {
  const text = quantities?.[name];
  return text === undefined ? 0 : quantityOf(text);
}
