import type { ContainerRow } from "../../common/kubernetes-view.js";
import type { RowStatus } from "./row-status.js";
import { type ViewedObject, conditionsOf, listIn, textIn } from "./viewed-object.js";

interface ContainerState {
  waiting?: { reason?: string; message?: string };
  running?: object;
  terminated?: { reason?: string; message?: string; exitCode?: number; signal?: number };
}

interface ContainerStatus {
  name?: string;
  ready?: boolean;
  restartCount?: number;
  state?: ContainerState;
  lastState?: ContainerState;
}

/** Reasons for which a container waits that pass by themselves. */
const PASSING = new Set(["ContainerCreating", "PodInitializing"]);

/** How a pod is, in the word that `kubectl get pods` has for it. */
export function podStatus(pod: ViewedObject): RowStatus {
  const { metadata, status } = pod;
  const containers = listIn<ContainerStatus>(status, "containerStatuses");
  const wanted = listIn(pod.spec, "containers").length;
  const ready = containers.filter((one) => one.ready === true).length;
  const restarts = containers.reduce((sum, one) => sum + (one.restartCount ?? 0), 0);
  const told = toldBy(pod, containers);
  const counts = [
    ...(told.state === "done" ? [] : [`${String(ready)}/${String(wanted)} ready`]),
    ...(restarts > 0 ? [`${String(restarts)} ${restarts === 1 ? "restart" : "restarts"}`] : []),
  ];
  const words = [told.status, ...counts].join(", ");
  if (metadata?.deletionTimestamp !== undefined) return { state: "ending", status: "Terminating" };
  const isReady = told.state === "ok" && ready < wanted ? "waiting" : told.state;
  return { ...told, state: isReady, status: words };
}

/** The containers whose logs can be read, in the order in which they start. */
export function containersOf(pod: ViewedObject): ContainerRow[] {
  const statuses = [
    ...listIn<ContainerStatus>(pod.status, "initContainerStatuses"),
    ...listIn<ContainerStatus>(pod.status, "containerStatuses"),
  ];
  const named = [
    ...listIn<{ name?: string }>(pod.spec, "initContainers"),
    ...listIn<{ name?: string }>(pod.spec, "containers"),
    ...listIn<{ name?: string }>(pod.spec, "ephemeralContainers"),
  ];
  return named.flatMap(({ name }) => {
    if (typeof name !== "string") return [];
    const restarts = statuses.find((one) => one.name === name)?.restartCount ?? 0;
    return [{ name, ...(restarts > 0 && { hasPrevious: true as const }) }];
  });
}

function toldBy(pod: ViewedObject, containers: readonly ContainerStatus[]): RowStatus {
  const { status } = pod;
  const phase = textIn(status, "phase");
  const reason = textIn(status, "reason");
  if (phase === "Succeeded") return { state: "done", status: "Completed" };
  if (phase === "Failed" && reason !== "") return failed(reason, textIn(status, "message"));
  const init = listIn<ContainerStatus>(status, "initContainerStatuses").find(
    ({ state }) => state?.terminated?.exitCode !== 0 && state?.running === undefined,
  );
  const said = [...(init ? [init] : []), ...containers].map(stateOf).find((one) => one !== undefined);
  if (said !== undefined) return said;
  const unscheduled = conditionsOf(pod).find((one) => one.type === "PodScheduled" && one.status === "False");
  if (unscheduled !== undefined)
    return { state: "waiting", status: "Pending", ...detailOf(unscheduled.message) };
  if (phase === "Failed") return failed("Failed", textIn(status, "message"));
  return phase === "Running"
    ? { state: "ok", status: "Running" }
    : { state: "waiting", status: phase || "Pending" };
}

/** What a container says that does not simply run. */
function stateOf({ state, lastState }: ContainerStatus): RowStatus | undefined {
  const { waiting, terminated } = state ?? {};
  if (waiting?.reason !== undefined) {
    if (PASSING.has(waiting.reason)) return { state: "waiting", status: waiting.reason };
    return failed(waiting.reason, waiting.message ?? endOf(lastState?.terminated));
  }
  if (terminated === undefined) return undefined;
  if (terminated.exitCode === 0) return { state: "done", status: "Completed" };
  return failed(terminated.reason ?? "Error", endOf(terminated));
}

function endOf(terminated: ContainerState["terminated"]): string | undefined {
  if (terminated === undefined) return undefined;
  const { message, exitCode = 0 } = terminated;
  return message ?? `The container ended with exit code ${String(exitCode)}`;
}

function failed(status: string, message: string | undefined): RowStatus {
  return { state: "failed", status, ...detailOf(message) };
}

function detailOf(message: string | undefined): Pick<RowStatus, "detail"> {
  return message === undefined || message === "" ? {} : { detail: message };
}
