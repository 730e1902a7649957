import type { RowStatus } from "./row-status.js";
import {
  type Condition,
  type ViewedObject,
  conditionsOf,
  listIn,
  numberIn,
  textIn,
} from "./viewed-object.js";

/** How a Deployment, ReplicaSet or StatefulSet is: what is ready of what is wanted. */
export function replicasStatus(object: ViewedObject): RowStatus {
  const { spec, status } = object;
  const wanted = numberIn(spec, "replicas", 1);
  const ready = numberIn(status, "readyReplicas");
  const conditions = conditionsOf(object);
  const refusal = conditions.find(isRefusal);
  if (wanted === 0 && numberIn(status, "replicas") === 0) return { state: "none", status: "scaled to 0" };
  return { ...countStatus(ready, wanted, isSeen(object)), ...(refusal && refused(refusal)) };
}

/** How a DaemonSet is. */
export function daemonSetStatus(object: ViewedObject): RowStatus {
  const { status } = object;
  const wanted = numberIn(status, "desiredNumberScheduled");
  if (wanted === 0 && isSeen(object)) return { state: "none", status: "no node for it" };
  return countStatus(numberIn(status, "numberReady"), wanted, isSeen(object));
}

/** How a Job is. */
export function jobStatus(object: ViewedObject): RowStatus {
  const { spec, status } = object;
  const conditions = conditionsOf(object);
  const failure = conditions.find(({ type, status: is }) => type === "Failed" && is === "True");
  const [succeeded, wanted] = [numberIn(status, "succeeded"), numberIn(spec, "completions", 1)];
  const words = `${String(succeeded)}/${String(wanted)} completed`;
  if (failure !== undefined) return { status: failure.reason ?? "Failed", ...refused(failure) };
  if (conditions.some(({ type, status: is }) => type === "Complete" && is === "True"))
    return { state: "done", status: words };
  if (spec?.["suspend"] === true) return { state: "none", status: "suspended" };
  return { state: "waiting", status: words };
}

/** How a CronJob is: when it begins jobs. */
export function cronJobStatus({ spec, status }: ViewedObject): RowStatus {
  const schedule = textIn(spec, "schedule");
  if (spec?.["suspend"] === true) return { state: "none", status: `${schedule}, suspended` };
  const active = listIn(status, "active").length;
  return { state: "ok", status: active > 0 ? `${schedule}, ${String(active)} active` : schedule };
}

/** The controller has taken in what was last written. */
function isSeen({ metadata, status }: ViewedObject): boolean {
  return numberIn(status, "observedGeneration", metadata?.generation ?? 0) >= (metadata?.generation ?? 0);
}

function countStatus(ready: number, wanted: number, seen: boolean): RowStatus {
  const status = `${String(ready)}/${String(wanted)} ready`;
  return { state: seen && ready === wanted ? "ok" : "waiting", status };
}

/** Pods that are refused, and a rollout that has given up. */
function isRefusal({ type, status }: Condition): boolean {
  return (type === "ReplicaFailure" && status === "True") || (type === "Progressing" && status === "False");
}

function refused({ message }: Condition): Pick<RowStatus, "state" | "detail"> {
  return { state: "failed", ...(message && { detail: message }) };
}
