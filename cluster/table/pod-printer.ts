import type { JsonObject } from "../api/field-access.js";
import { asText, numberAt, recordAt, recordsAt, textAt, valueAt } from "../api/field-access.js";
import type { ApiObject } from "../api/object.js";
import { ageOf } from "./age.js";
import { NONE, objectAge } from "./cells.js";
import type { PrintContext } from "./printers.js";

interface Summary {
  reason: string;
  ready: number;
  restarts: number;
  lastRestart: string | undefined;
}

/** A row of `kubectl get pods`: the reason follows the printer of kube-apiserver, from phase to what a container waits for. */
export function printPod(pod: ApiObject, context: PrintContext): unknown[] {
  const summary = summarize(pod);
  const total = recordsAt(pod, "spec.containers").length + restartableInits(pod).length;
  return [
    pod.metadata.name,
    `${summary.ready}/${total}`,
    summary.reason,
    restartsText(summary, context.now),
    objectAge(pod, context),
    textAt(pod, "status.podIP") || NONE,
    textAt(pod, "spec.nodeName") || NONE,
    textAt(pod, "status.nominatedNodeName") || NONE,
    readinessGates(pod),
  ];
}

function summarize(pod: ApiObject): Summary {
  const summary: Summary = { reason: initialReason(pod), ready: 0, restarts: 0, lastRestart: undefined };
  const isInitializing = summarizeInits(pod, summary);
  if (!isInitializing || isConditionTrue(pod, "Initialized")) summarizeContainers(pod, summary);
  if (pod.metadata.deletionTimestamp === undefined) return summary;
  const isLost = textAt(pod, "status.reason") === "NodeLost";
  const isEnded = ["Succeeded", "Failed"].includes(textAt(pod, "status.phase"));
  if (isLost) summary.reason = "Unknown";
  else if (!isEnded) summary.reason = "Terminating";
  return summary;
}

function initialReason(pod: ApiObject): string {
  const gated = recordsAt(pod, "status.conditions").some(
    ({ type, reason }) => type === "PodScheduled" && reason === "SchedulingGated",
  );
  return gated ? "SchedulingGated" : textAt(pod, "status.reason") || textAt(pod, "status.phase");
}

/** Whether an init container is not done yet; its state then is the pod's reason. */
function summarizeInits(pod: ApiObject, summary: Summary): boolean {
  const inits = recordsAt(pod, "spec.initContainers");
  const statuses = recordsAt(pod, "status.initContainerStatuses");
  for (const [i, status] of statuses.entries()) {
    addRestarts(summary, status);
    const isSidecar = inits.find(({ name }) => name === status["name"])?.["restartPolicy"] === "Always";
    const terminated = recordAt(status, "state.terminated");
    if (terminated !== undefined && numberAt(terminated, "exitCode") === 0) continue;
    if (isSidecar && status["started"] === true) {
      if (status["ready"] === true) summary.ready += 1;
      continue;
    }
    summary.reason = initReason(status, i, inits.length);
    return true;
  }
  return false;
}

function initReason(status: JsonObject, index: number, total: number): string {
  const terminated = recordAt(status, "state.terminated");
  if (terminated !== undefined) return `Init:${terminatedReason(terminated)}`;
  const waiting = textAt(status, "state.waiting.reason");
  return waiting !== "" && waiting !== "PodInitializing" ? `Init:${waiting}` : `Init:${index}/${total}`;
}

function summarizeContainers(pod: ApiObject, summary: Summary): void {
  let hasRunning = false;
  for (const status of recordsAt(pod, "status.containerStatuses").toReversed()) {
    addRestarts(summary, status);
    const waiting = textAt(status, "state.waiting.reason");
    const terminated = recordAt(status, "state.terminated");
    if (waiting !== "") summary.reason = waiting;
    else if (terminated !== undefined) summary.reason = terminatedReason(terminated);
    else if (status["ready"] === true && valueAt(status, "state.running") !== undefined) {
      hasRunning = true;
      summary.ready += 1;
    }
  }
  if (summary.reason === "Completed" && hasRunning) {
    summary.reason = isConditionTrue(pod, "Ready") ? "Running" : "NotReady";
  }
}

function terminatedReason(terminated: JsonObject): string {
  const reason = textAt(terminated, "reason");
  if (reason !== "") return reason;
  const signal = numberAt(terminated, "signal");
  return signal === 0 ? `ExitCode:${numberAt(terminated, "exitCode")}` : `Signal:${signal}`;
}

function addRestarts(summary: Summary, status: JsonObject): void {
  summary.restarts += numberAt(status, "restartCount");
  const finishedAt = textAt(status, "lastState.terminated.finishedAt");
  if (finishedAt !== "" && finishedAt > (summary.lastRestart ?? "")) summary.lastRestart = finishedAt;
}

function restartsText({ restarts, lastRestart }: Summary, now: number): string {
  const isKnown = restarts > 0 && lastRestart !== undefined;
  return isKnown ? `${restarts} (${ageOf(lastRestart, now)} ago)` : String(restarts);
}

function restartableInits(pod: ApiObject): JsonObject[] {
  return recordsAt(pod, "spec.initContainers").filter(({ restartPolicy }) => restartPolicy === "Always");
}

function readinessGates(pod: ApiObject): string {
  const gates = recordsAt(pod, "spec.readinessGates").map(({ conditionType }) => asText(conditionType));
  if (gates.length === 0) return NONE;
  return `${gates.filter((gate) => isConditionTrue(pod, gate)).length}/${gates.length}`;
}

function isConditionTrue(pod: ApiObject, type: string): boolean {
  return recordsAt(pod, "status.conditions").some(
    (each) => each["type"] === type && each["status"] === "True",
  );
}
