import type { Container, ContainerStatus, Pod, PodStatus } from "./object-kinds.js";
import { conditionsOf, isSidecar, PASSED_OVER, SIMULATED } from "./pod-status.js";

/** What a kubelet writes for a container of which it cannot know how it ended. */
const UNKNOWN_END = { exitCode: 137, reason: "ContainerStatusUnknown" };
const NOT_LOCATED = {
  ...UNKNOWN_END,
  message: "The container could not be located when the pod was terminated",
};

/** A simulated pod whose containers were ended from outside; how they would have ended nobody can know. */
export function endedStatus(pod: Pod, now: string, why: { reason?: string; message?: string }): PodStatus {
  const ended = (status: ContainerStatus): ContainerStatus => {
    if (status.state.running === undefined) return { ...status, ready: false };
    const { startedAt } = status.state.running;
    const message = `${SIMULATED}: no process ran whose exit code could be known`;
    const terminated = { ...UNKNOWN_END, message, finishedAt: now, ...(startedAt && { startedAt }) };
    return { ...status, ready: false, started: false, state: { terminated } };
  };
  const { message: _message, ...known } = pod.status ?? {};
  return endOfPod(pod, now, {
    ...known,
    ...why,
    phase: "Failed",
    initContainerStatuses: known.initContainerStatuses?.map(ended) ?? [],
    containerStatuses: known.containerStatuses?.map(ended) ?? [],
  });
}

/**
 * The status of a pod that is over, whose containers that never came to run are written down as a kubelet does it. Source:
 * kubernetes/kubernetes, pkg/kubelet/status, `TerminatePod`.
 */
export function endOfPod(pod: Pod, now: string, status: PodStatus): PodStatus {
  const { initContainerStatuses = [], containerStatuses = [], ...rest } = status;
  const begun = begunCount(initContainerStatuses);
  const inits = initContainerStatuses.map((each, i) => (i < begun ? notLocated(each) : each));
  const hasBegun = hasInitialized(pod, initContainerStatuses, containerStatuses);
  const containers = hasBegun ? containerStatuses.map(notLocated) : containerStatuses;
  const endReason = status.phase === "Succeeded" ? "PodCompleted" : "PodFailed";
  return {
    ...rest,
    conditions: conditionsOf(pod, now, {
      inits: initContainerStatuses,
      containers: containerStatuses,
      hasSandbox: false,
      endReason,
    }),
    ...(inits.length > 0 && { initContainerStatuses: inits }),
    containerStatuses: containers,
  };
}

function notLocated(status: ContainerStatus): ContainerStatus {
  const isKnown = status.state.terminated !== undefined || isPassedOver(status);
  return isKnown ? status : { ...status, state: { terminated: NOT_LOCATED } };
}

function isPassedOver({ state }: ContainerStatus): boolean {
  return state.waiting?.reason === PASSED_OVER;
}

/** Whether a container of the pod was to be started, be it that none was. */
function hasInitialized(pod: Pod, inits: ContainerStatus[], containers: ContainerStatus[]): boolean {
  const last: Container | undefined = pod.spec.initContainers?.at(-1);
  if (last === undefined || containers.some(hasLeftWaiting)) return true;
  const status = inits.at(-1);
  if (status !== undefined && isPassedOver(status)) return true;
  if (isSidecar(last)) return status?.state.running !== undefined && status.started === true;
  return [status?.lastState, status?.state].some((state) => state?.terminated?.exitCode === 0);
}

/** How many init containers have been tried, of which the first always is one. */
function begunCount(inits: ContainerStatus[]): number {
  return Math.max(1, inits.findLastIndex(hasLeftWaiting) + 1);
}

function hasLeftWaiting({ state, lastState }: ContainerStatus): boolean {
  return state.waiting === undefined || lastState.terminated !== undefined;
}
