import { withCondition } from "./conditions.js";
import { timestampOf } from "./clock.js";
import type { ControllerContext } from "./controller.js";
import type { writesAs } from "./controller-user.js";
import { locationOfObject } from "./object-keys.js";
import type { Pod } from "./object-kinds.js";
import { isNotFound } from "./pod-control.js";
import { pods, statusOf } from "./resource-refs.js";

/** Deletes a pod that has to go for another reason than its own, which a Job's failure policy may ask for; one that is gone is left. */
export async function disruptPod(
  { api, clock }: Pick<ControllerContext, "api" | "clock">,
  pod: Pod,
  why: { reason: string; message: string },
  writes: ReturnType<typeof writesAs>,
): Promise<void> {
  const condition = {
    type: "DisruptionTarget",
    status: "True" as const,
    ...why,
    lastTransitionTime: timestampOf(clock.now()),
  };
  const next = structuredClone(pod);
  next.status = { ...next.status, conditions: withCondition(next.status?.conditions, condition) };
  try {
    await api.update(statusOf(pods), next, writes);
    await api.delete(pods, locationOfObject(pod), writes);
  } catch (error) {
    if (!isNotFound(error)) throw error;
  }
}
