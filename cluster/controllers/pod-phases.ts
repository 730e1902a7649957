import { findCondition } from "./conditions.js";
import { imageNameProblem } from "./image-name.js";
import type {
  Condition,
  Container,
  ContainerState,
  ContainerStatus,
  Pod,
  PodStatus,
} from "./object-kinds.js";
import { SIMULATED_NODE_ADDRESS } from "./simulated-node.js";

/** The statuses a pod on the simulated node goes through. `now` is a Kubernetes timestamp. */

export function isStarted(pod: Pod): boolean {
  return pod.status?.startTime !== undefined;
}

/** True while some container still waits to be called running. */
export function isCreating(pod: Pod): boolean {
  return pod.status?.phase === "Pending" && isStarted(pod);
}

/** A pod that is not to be restarted comes to its end by itself. */
export function endsByItself(pod: Pod): boolean {
  return pod.spec.restartPolicy === "Never" || pod.spec.restartPolicy === "OnFailure";
}

/** Containers of the pod whose image name no runtime could read. */
export function unreadableImages(pod: Pod): Container[] {
  return pod.spec.containers.filter(({ image = "" }) => imageNameProblem(image) !== undefined);
}

export function creatingStatus(pod: Pod, now: string): PodStatus {
  const waiting = pod.spec.initContainers?.length ? "PodInitializing" : "ContainerCreating";
  return {
    ...pod.status,
    observedGeneration: pod.metadata.generation,
    phase: "Pending",
    hostIP: SIMULATED_NODE_ADDRESS,
    hostIPs: [{ ip: SIMULATED_NODE_ADDRESS }],
    startTime: pod.status?.startTime ?? now,
    conditions: conditionsOf(pod, now, "False"),
    ...initStatuses(pod, { waiting: { reason: "PodInitializing" } }),
    containerStatuses: pod.spec.containers.map((container) =>
      containerStatus(pod, container, { waiting: { reason: waiting } }),
    ),
  };
}

/** Where an image name is unreadable the pod stays Pending and the container says so. */
export function runningStatus(pod: Pod, now: string, ip: string): PodStatus {
  const isBlocked = unreadableImages(pod).length > 0;
  const statuses = pod.spec.containers.map((container) => {
    const problem = imageNameProblem(container.image ?? "");
    const state =
      problem === undefined
        ? { running: { startedAt: now } }
        : { waiting: { reason: "InvalidImageName", message: problem } };
    return containerStatus(pod, container, state);
  });
  return {
    ...creatingStatus(pod, now),
    phase: isBlocked ? "Pending" : "Running",
    podIP: ip,
    podIPs: [{ ip }],
    conditions: conditionsOf(pod, now, isBlocked ? "False" : "True"),
    ...initStatuses(pod, completed(now, now)),
    containerStatuses: statuses,
    ...ephemeralStatuses(pod, now),
  };
}

/** Ephemeral containers of the pod that have no status yet. */
export function newEphemeralContainers(pod: Pod): Container[] {
  const known = pod.status?.ephemeralContainerStatuses ?? [];
  return (pod.spec.ephemeralContainers ?? []).filter(
    ({ name }) => !known.some((status) => status.name === name),
  );
}

function ephemeralStatuses(pod: Pod, now: string): Pick<PodStatus, "ephemeralContainerStatuses"> {
  const known = pod.status?.ephemeralContainerStatuses ?? [];
  const added = newEphemeralContainers(pod).map((container) => ({
    ...containerStatus(pod, container, { running: { startedAt: now } }),
    // They are no part of what makes a pod ready.
    ready: false,
  }));
  return known.length + added.length === 0 ? {} : { ephemeralContainerStatuses: [...known, ...added] };
}

export function succeededStatus(pod: Pod, now: string): PodStatus {
  const startedAt = (status: ContainerStatus) => status.state.running?.startedAt ?? now;
  return {
    ...pod.status,
    phase: "Succeeded",
    conditions: conditionsOf(pod, now, "False", "PodCompleted"),
    containerStatuses: (pod.status?.containerStatuses ?? []).map((status) => ({
      ...status,
      ready: false,
      started: false,
      state: completed(startedAt(status), now),
    })),
  };
}

function initStatuses(pod: Pod, state: ContainerState): Pick<PodStatus, "initContainerStatuses"> {
  const { initContainers } = pod.spec;
  if (initContainers === undefined || initContainers.length === 0) return {};
  return {
    initContainerStatuses: initContainers.map((container) => ({
      ...containerStatus(pod, container, state),
      ready: state.terminated !== undefined,
    })),
  };
}

function containerStatus(pod: Pod, { name, image = "" }: Container, state: ContainerState): ContainerStatus {
  const known = pod.status?.containerStatuses?.find((status) => status.name === name);
  const isReplaced = known?.state.running !== undefined && known.image !== image;
  const isRunning = state.running !== undefined;
  return {
    name,
    image,
    imageID: "",
    ready: isRunning,
    started: isRunning,
    restartCount: (known?.restartCount ?? 0) + Number(isReplaced),
    state,
    lastState: {},
  };
}

function completed(startedAt: string, finishedAt: string): ContainerState {
  return { terminated: { exitCode: 0, reason: "Completed", startedAt, finishedAt } };
}

function conditionsOf(pod: Pod, now: string, ready: "True" | "False", notReadyReason?: string): Condition[] {
  const isDone = notReadyReason === "PodCompleted";
  const names = pod.spec.containers.map(({ name }) => name).join(" ");
  const reason = notReadyReason ?? "ContainersNotReady";
  const why =
    ready === "True"
      ? {}
      : { reason, ...(isDone ? {} : { message: `containers with unready status: [${names}]` }) };
  const isInitialized = ready === "True" || isDone || !pod.spec.initContainers?.length;
  const condition = (type: string, status: "True" | "False", details: Partial<Condition> = {}): Condition => {
    const known = findCondition(pod.status?.conditions, type);
    const lastTransitionTime = known?.status === status ? (known.lastTransitionTime ?? now) : now;
    const observed = { observedGeneration: pod.metadata.generation };
    return { type, status, lastProbeTime: null, lastTransitionTime, ...observed, ...details };
  };
  const sandbox = ready === "True" ? "True" : "False";
  return [
    condition("PodReadyToStartContainers", sandbox),
    condition("Initialized", isInitialized ? "True" : "False", isDone ? { reason } : {}),
    condition("Ready", ready, why),
    condition("ContainersReady", ready, why),
    condition("PodScheduled", "True"),
  ];
}
