import type { WriteOptions } from "../api/service.js";
import { withCondition } from "./conditions.js";
import { timestampOf } from "./clock.js";
import type { Controller, ControllerContext } from "./controller.js";
import { writesAs } from "./controller-user.js";
import { misfit } from "./node-fit.js";
import { keyOf, locationOfKey, nameOf, namespaceOf } from "./object-keys.js";
import type { Condition, Pod } from "./object-kinds.js";
import { nodes, pods, statusOf } from "./resource-refs.js";
import type { WorkQueue } from "./work-queue.js";

const NAME = "default-scheduler";

/** Gives pods to the first node they fit on, and says why where there is none. */
export function createScheduler(context: ControllerContext): Controller {
  const { api } = context;
  const recorder = context.recorder(NAME);
  const writes = writesAs("system:kube-scheduler");
  return {
    name: NAME,
    watch: (queue) => [
      api.watch(pods, ({ type, object }) => {
        if (type === "DELETED") addUnscheduled(context, queue);
        else if (isUnscheduled(object as Pod)) queue.add(keyOf(object));
      }),
      api.watch(nodes, () => addUnscheduled(context, queue)),
    ],
    reconcile: async (key) => {
      const pod = api.find(pods, locationOfKey(key)) as Pod | undefined;
      if (pod === undefined || !isUnscheduled(pod)) return;
      const { node, why } = choose(context, pod);
      if (node === undefined) {
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

function isUnscheduled(pod: Pod): boolean {
  const { nodeName, schedulerName = NAME, schedulingGates } = pod.spec;
  const isGated = Array.isArray(schedulingGates) && schedulingGates.length > 0;
  return !nodeName && schedulerName === NAME && !isGated && pod.metadata.deletionTimestamp === undefined;
}

function addUnscheduled({ api }: ControllerContext, queue: WorkQueue): void {
  for (const pod of api.list(pods, { fieldSelector: "spec.nodeName=" })) {
    if (isUnscheduled(pod as Pod)) queue.add(keyOf(pod));
  }
}

function choose({ api }: ControllerContext, pod: Pod): { node?: string; why: string } {
  const all = api.list(nodes);
  const reasons = new Map<string, number>();
  for (const node of all) {
    const neighbours = api.list(pods, { fieldSelector: `spec.nodeName=${nameOf(node)}` }) as Pod[];
    const reason = misfit(pod, node, neighbours);
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
