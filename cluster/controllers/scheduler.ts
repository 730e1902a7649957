import type { WriteOptions } from "../api/service.js";
import { withCondition } from "./conditions.js";
import { timestampOf } from "./clock.js";
import type { Controller, ControllerContext } from "./controller.js";
import { writesAs } from "./controller-user.js";
import { misfit } from "./node-fit.js";
import { keyOf, locationOfKey, nameOf, namespaceOf } from "./object-keys.js";
import type { Condition, Pod } from "./object-kinds.js";
import { nodes, pods, statusOf } from "./resource-refs.js";

const NAME = "default-scheduler";

/** Gives pods to the first node they fit on, and says why where there is none. */
export function createScheduler(context: ControllerContext): Controller {
  const { api } = context;
  const recorder = context.recorder(NAME);
  const writes = writesAs("system:kube-scheduler");
  const placed = new PlacedPods();
  /** Keys of the pods no node was found for; room or a new node may help them. */
  const waiting = new Set<string>();
  return {
    name: NAME,
    watch: (queue) => [
      api.watch(pods, ({ type, object }) => {
        placed.take(type, object as Pod);
        if (isUnscheduled(object as Pod)) queue.add(keyOf(object));
        else if (type === "DELETED") for (const key of waiting) queue.add(key);
      }),
      api.watch(nodes, () => {
        for (const key of waiting) queue.add(key);
      }),
    ],
    reconcile: async (key) => {
      const pod = api.find(pods, locationOfKey(key)) as Pod | undefined;
      waiting.delete(key);
      if (pod === undefined || !isUnscheduled(pod)) return;
      const { node, why } = choose(context, pod, placed);
      if (node === undefined) {
        waiting.add(key);
        if (!(await reportUnschedulable(context, writes, pod, why))) return;
        recorder.record(pod, {
          type: "Warning",
          reason: "FailedScheduling",
          message: why,
          action: "Scheduling",
        });
        return;
      }
      await bind(context, writes, pod, node);
      const message = `Successfully assigned ${namespaceOf(pod)}/${nameOf(pod)} to ${node}`;
      recorder.record(pod, { type: "Normal", reason: "Scheduled", message, action: "Binding" });
    },
  };
}

/** The pods of each node, kept by watching so that placing one need not look at all. */
class PlacedPods {
  readonly #byNode = new Map<string, Map<string, Pod>>();

  take(type: "ADDED" | "MODIFIED" | "DELETED", pod: Pod): void {
    const { nodeName } = pod.spec;
    if (!nodeName) return;
    const { phase } = pod.status ?? {};
    const onNode = this.#byNode.get(nodeName) ?? new Map<string, Pod>();
    this.#byNode.set(nodeName, onNode);
    if (type === "DELETED" || phase === "Succeeded" || phase === "Failed") onNode.delete(keyOf(pod));
    else onNode.set(keyOf(pod), pod);
  }

  on(node: string): ReadonlyMap<string, Pod> {
    return this.#byNode.get(node) ?? new Map<string, Pod>();
  }
}

function isUnscheduled(pod: Pod): boolean {
  const { nodeName, schedulerName = NAME, schedulingGates } = pod.spec;
  const isGated = Array.isArray(schedulingGates) && schedulingGates.length > 0;
  return !nodeName && schedulerName === NAME && !isGated && pod.metadata.deletionTimestamp === undefined;
}

function choose({ api }: ControllerContext, pod: Pod, placed: PlacedPods): { node?: string; why: string } {
  const all = api.list(nodes);
  const reasons = new Map<string, number>();
  for (const node of all) {
    const reason = misfit(pod, node, placed.on(nameOf(node)));
    if (reason === undefined) return { node: nameOf(node), why: "" };
    reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
  }
  if (all.length === 0) return { why: "no nodes available to schedule pods" };
  const counts = [...reasons].map(([reason, count]) => `${count} ${reason}`).toSorted();
  const none = `0/${all.length} nodes are available`;
  return {
    why: `${none}: ${counts.join(", ")}. no new claims to deallocate, preemption: ${none}: ${all.length} Preemption is not helpful for scheduling.`,
  };
}

async function bind(
  { api, clock }: ControllerContext,
  writes: WriteOptions,
  pod: Pod,
  node: string,
): Promise<void> {
  const bound = structuredClone(pod);
  bound.spec.nodeName = node;
  const condition = {
    ...scheduled("True", timestampOf(clock.now())),
    observedGeneration: pod.metadata.generation,
  };
  bound.status = { ...bound.status, conditions: withCondition(bound.status?.conditions, condition) };
  await api.update({ ...pods, subresource: "binding" }, bound, writes);
}

/** False when the pod says so already. */
async function reportUnschedulable(
  { api, clock }: ControllerContext,
  writes: WriteOptions,
  pod: Pod,
  message: string,
): Promise<boolean> {
  const known = pod.status?.conditions?.find(({ type }) => type === "PodScheduled");
  if (known?.status === "False" && known.message === message) return false;
  const others = (pod.status?.conditions ?? []).filter(({ type }) => type !== "PodScheduled");
  const condition = { ...scheduled("False", timestampOf(clock.now())), reason: "Unschedulable", message };
  const next = structuredClone(pod);
  next.status = { ...next.status, conditions: [...others, condition] };
  await api.update(statusOf(pods), next, writes);
  return true;
}

function scheduled(status: "True" | "False", now: string): Condition {
  return { type: "PodScheduled", status, lastProbeTime: null, lastTransitionTime: now };
}
