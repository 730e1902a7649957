import type { ApiObject } from "../api/object.js";
import type { WriteOptions } from "../api/service.js";
import { claimProblem, isWaitingForVolumes } from "./claim-readiness.js";
import { withCondition } from "./conditions.js";
import { timestampOf } from "./clock.js";
import type { Controller, ControllerContext } from "./controller.js";
import { writesAs } from "./controller-user.js";
import type { EventRecorder } from "./event-recorder.js";
import { requiredTerms } from "./inter-pod-affinity.js";
import type { Misfit } from "./node-fit.js";
import { asksForDevices, misfit } from "./node-fit.js";
import { keyOf, locationOfKey, nameOf, namespaceOf } from "./object-keys.js";
import type { Condition, Pod } from "./object-kinds.js";
import { preferredNode } from "./preferred-node.js";
import { PlacedPods } from "./placed-pods.js";
import { preempt, victimsFor } from "./preemption.js";
import { nodes, persistentVolumeClaims, pods, statusOf } from "./resource-refs.js";
import { mustBeSpread } from "./topology-spread.js";
import type { WorkQueue } from "./work-queue.js";

const NAME = "default-scheduler";

/** Gives pods to the first node they fit on, and says why where there is none. */
export function createScheduler(context: ControllerContext): Controller {
  const { api } = context;
  const scheduler = new Scheduler(context);
  return {
    name: NAME,
    watch: (queue) => [
      api.watch(pods, ({ type, object }) => {
        const pod = object as Pod;
        const isNeighbour = scheduler.placed.take(type, pod);
        if (isUnscheduled(pod)) queue.add(keyOf(pod));
        else if (isLeaving(type, pod)) for (const key of scheduler.waiting) queue.add(key);
        else if (isNeighbour) for (const key of scheduler.waitingForNeighbours()) queue.add(key);
      }),
      ...[nodes, persistentVolumeClaims].map((ref) =>
        api.watch(ref, () => {
          for (const key of scheduler.waiting) queue.add(key);
        }),
      ),
    ],
    reconcile: (key, queue) => scheduler.schedule(key, queue),
  };
}

type Choice = { node: string } | { why: string; misfits: Map<ApiObject, Misfit> };

class Scheduler {
  readonly placed = new PlacedPods();
  /** Keys of the pods no node was found for; room, a node or a volume may help them. */
  readonly waiting = new Set<string>();
  readonly #context: ControllerContext;
  readonly #recorder: EventRecorder;
  readonly #writes = writesAs("system:kube-scheduler");

  constructor(context: ControllerContext) {
    this.#context = context;
    this.#recorder = context.recorder(NAME);
    this.placed.nodes = () => context.api.list(nodes);
    this.placed.labelsOfNode = (name) => context.api.find(nodes, { name })?.metadata.labels ?? {};
  }

  /** Keys of the pods that one more pod somewhere may help, since they want to be near others or spread among them. */
  waitingForNeighbours(): string[] {
    return [...this.waiting].filter((key) => {
      const pod = this.#context.api.find(pods, locationOfKey(key)) as Pod | undefined;
      return pod !== undefined && (mustBeSpread(pod) || requiredTerms(pod, "podAffinity").length > 0);
    });
  }

  async schedule(key: string, queue: WorkQueue): Promise<void> {
    const pod = this.#context.api.find(pods, locationOfKey(key)) as Pod | undefined;
    this.waiting.delete(key);
    if (pod === undefined || !isUnscheduled(pod)) return;
    if (isWaitingForVolumes(this.#context.api, pod)) {
      this.waiting.add(key);
      return;
    }
    const choice = this.#choose(pod);
    if ("node" in choice) {
      await this.#bind(pod, choice.node);
      for (const waiting of this.waitingForNeighbours()) queue.add(waiting);
      return;
    }
    this.waiting.add(key);
    // Said once: the pod's own condition tells whether it has been.
    if (await reportUnschedulable(this.#context, this.#writes, pod, choice.why)) {
      this.#recorder.record(pod, {
        type: "Warning",
        reason: "FailedScheduling",
        message: choice.why,
        action: "Scheduling",
      });
    }
    const victims = victimsFor(pod, choice.misfits, this.placed);
    if (victims !== undefined) await preempt(this.#context, this.#recorder, pod, victims);
  }

  #choose(pod: Pod): Choice {
    const all = this.#context.api.list(nodes);
    const misfits = new Map<ApiObject, Misfit>();
    if (all.length === 0) return { why: "no nodes available to schedule pods", misfits };
    const none = `0/${all.length} nodes are available`;
    const claim = claimProblem(this.#context.api, pod);
    if (claim !== undefined) return { why: `${none}: ${claim}`, misfits };
    for (const node of all) {
      const found = misfit(pod, node, this.placed);
      if (found !== undefined) misfits.set(node, found);
    }
    const fitting = all.filter((node) => !misfits.has(node));
    const chosen = preferredNode(pod, fitting, this.placed);
    if (chosen) return { node: nameOf(chosen) };
    const reasons = [...misfits.values()].flatMap((each) => each.reasons);
    const preemption = this.#preemptionText(pod, [...misfits.values()]);
    const claims = asksForDevices(pod) ? "still not schedulable" : "no new claims to deallocate";
    return {
      why: `${none}: ${countsOf(reasons)}. ${claims}, preemption: ${preemption}`,
      misfits,
    };
  }

  #preemptionText(pod: Pod, misfits: Misfit[]): string {
    if (pod.spec["preemptionPolicy"] === "Never") return "not eligible due to preemptionPolicy=Never.";
    const texts = misfits.map(({ isHelpedByPreemption }) =>
      isHelpedByPreemption
        ? "No preemption victims found for incoming pod"
        : "Preemption is not helpful for scheduling",
    );
    return `0/${misfits.length} nodes are available: ${countsOf(texts)}.`;
  }

  async #bind(pod: Pod, node: string): Promise<void> {
    const { api, clock } = this.#context;
    const bound = boundTo(pod, node, timestampOf(clock.now()));
    // Counted before it is written: other pods are given to nodes meanwhile.
    this.placed.take("MODIFIED", bound);
    try {
      await api.update({ ...pods, subresource: "binding" }, bound, this.#writes);
    } catch (error) {
      this.placed.take("DELETED", bound);
      throw error;
    }
    const message = `Successfully assigned ${namespaceOf(pod)}/${nameOf(pod)} to ${node}`;
    this.#recorder.record(pod, { type: "Normal", reason: "Scheduled", message, action: "Binding" });
  }
}

function countsOf(texts: string[]): string {
  const counts = new Map<string, number>();
  for (const text of texts) counts.set(text, (counts.get(text) ?? 0) + 1);
  return [...counts]
    .map(([text, count]) => `${count} ${text}`)
    .toSorted()
    .join(", ");
}

function isUnscheduled(pod: Pod): boolean {
  const { nodeName, schedulerName = NAME, schedulingGates } = pod.spec;
  const isGated = Array.isArray(schedulingGates) && schedulingGates.length > 0;
  return !nodeName && schedulerName === NAME && !isGated && pod.metadata.deletionTimestamp === undefined;
}

/** What goes or has ended makes room. */
function isLeaving(type: string, { status }: Pod): boolean {
  return type === "DELETED" || status?.phase === "Succeeded" || status?.phase === "Failed";
}

function boundTo(pod: Pod, node: string, now: string): Pod {
  const bound = structuredClone(pod);
  bound.spec.nodeName = node;
  const condition = { ...scheduled("True", now), observedGeneration: pod.metadata.generation };
  bound.status = { ...bound.status, conditions: withCondition(bound.status?.conditions, condition) };
  return bound;
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
