import type { Pod } from "../controllers/object-kinds.js";

/** Seconds a pod gets to end itself where it names none. */
const GRACE_SECONDS = 30;

/** Milliseconds the pod has to end itself. */
export function graceMsOf(pod: Pod): number {
  const seconds = pod.metadata.deletionGracePeriodSeconds ?? pod.spec["terminationGracePeriodSeconds"];
  return (typeof seconds === "number" ? seconds : GRACE_SECONDS) * 1000;
}
