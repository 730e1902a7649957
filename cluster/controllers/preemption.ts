import type { ApiObject } from "../api/object.js";
import type { ControllerContext } from "./controller.js";
import { writesAs } from "./controller-user.js";
import { disruptPod } from "./disrupt-pod.js";
import type { EventRecorder } from "./event-recorder.js";
import type { Misfit } from "./node-fit.js";
import { misfit } from "./node-fit.js";
import { nameOf } from "./object-keys.js";
import type { Pod } from "./object-kinds.js";
import type { PlacedPods } from "./placed-pods.js";

/** Pods that have to go for another, and where it is to run. */
export interface Victims {
  node: string;
  pods: Pod[];
}

/** The least important pods whose going would make room for this one; `undefined` where none would. */
export function victimsFor(
  pod: Pod,
  misfits: ReadonlyMap<ApiObject, Misfit>,
  placed: PlacedPods,
): Victims | undefined {
  if (pod.spec["preemptionPolicy"] === "Never") return undefined;
  let best: Victims | undefined;
  for (const [node, { isHelpedByPreemption }] of misfits) {
    if (!isHelpedByPreemption) continue;
    const found = victimsOn(pod, node, placed);
    if (found !== undefined && (best === undefined || worth(found) < worth(best.pods))) {
      best = { node: nameOf(node), pods: found };
    }
  }
  return best;
}

/** The words of a real scheduler. */
const PREEMPTED = {
  reason: "PreemptionByScheduler",
  message: "default-scheduler: preempting to accommodate a higher priority pod",
};

/** Deletes the victims that are not on their way already, each with the reason on it. */
export async function preempt(
  context: ControllerContext,
  recorder: EventRecorder,
  pod: Pod,
  victims: Victims,
): Promise<void> {
  const writes = writesAs("system:kube-scheduler");
  for (const victim of victims.pods) {
    if (victim.metadata.deletionTimestamp !== undefined) continue;
    await disruptPod(context, victim, PREEMPTED, writes);
    const message = `Preempted by pod ${pod.metadata.uid ?? ""} on node ${victims.node}`;
    recorder.record(victim, { type: "Normal", reason: "Preempted", message, action: "Preempting" });
  }
}

/** The fewest of the lower ones, the lowest first, without whom the pod fits. */
function victimsOn(pod: Pod, node: ApiObject, placed: PlacedPods): Pod[] | undefined {
  const lower = [...placed.on(nameOf(node)).values()]
    .filter((other) => priorityOf(other) < priorityOf(pod))
    .toSorted((a, b) => priorityOf(a) - priorityOf(b));
  const fitsWithout = (count: number): boolean =>
    misfit(pod, node, placed.without(lower.slice(0, count))) === undefined;
  if (lower.length === 0 || !fitsWithout(lower.length)) return undefined;
  let [tooFew, enough] = [0, lower.length];
  while (enough - tooFew > 1) {
    const middle = Math.floor((tooFew + enough) / 2);
    if (fitsWithout(middle)) enough = middle;
    else tooFew = middle;
  }
  return lower.slice(0, enough);
}

function worth(victims: Pod[]): number {
  return Math.max(...victims.map(priorityOf));
}

function priorityOf({ spec }: Pod): number {
  return typeof spec["priority"] === "number" ? spec["priority"] : 0;
}
