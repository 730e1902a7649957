import { recordsAt, textAt } from "../api/field-access.js";
import { findCondition } from "./conditions.js";
import type {
  Condition,
  Container,
  ContainerState,
  ContainerStatus,
  Pod,
  PodStatus,
} from "./object-kinds.js";
import type { StartProblem } from "./start-problems.js";

/** The statuses a pod on the simulated node goes through. `now` is a Kubernetes timestamp. */

/** What stands wherever a real node would have something to show for it. */
export const SIMULATED = "simulated by Lectern";
/** What an init container waits with that no process will end. */
export const PASSED_OVER = "Simulated";
/** Conditions the kubelet decides about; those of others are kept. */
const KUBELET_CONDITIONS = [
  "PodReadyToStartContainers",
  "Initialized",
  "Ready",
  "ContainersReady",
  "PodScheduled",
];

export function isStarted(pod: Pod): boolean {
  return pod.status?.startTime !== undefined;
}

/** True while some container still waits to be called running. */
export function isCreating(pod: Pod): boolean {
  return pod.status?.phase === "Pending" && isStarted(pod);
}

/** Whether the volumes of the pod have been set up. */
export function hasVolumes(pod: Pod): boolean {
  return findCondition(pod.status?.conditions, "PodReadyToStartContainers")?.status === "True";
}

/** An init container that goes on running beside the others. */
export function isSidecar(container: Container): boolean {
  return container["restartPolicy"] === "Always";
}

/** The containers of the pod in the order they are started. */
export function containersOf({ spec }: Pod): Container[] {
  return [...(spec.initContainers ?? []), ...spec.containers, ...(spec.ephemeralContainers ?? [])];
}

export function statusOfContainer(status: PodStatus | undefined, name: string): ContainerStatus | undefined {
  const {
    initContainerStatuses = [],
    containerStatuses = [],
    ephemeralContainerStatuses = [],
  } = status ?? {};
  return [...initContainerStatuses, ...containerStatuses, ...ephemeralContainerStatuses].find(
    (each) => each.name === name,
  );
}

/** Whether the container runs by its status, in the image its spec names now. */
export function isRunningAsWanted(pod: Pod, { name, image = "" }: Container): boolean {
  const known = statusOfContainer(pod.status, name);
  return known?.state.running !== undefined && known.image === image;
}

/** Whether the container is one the pod goes on without. */
export function isPassedOver(pod: Pod, { name }: Container): boolean {
  return statusOfContainer(pod.status, name)?.state.waiting?.reason === PASSED_OVER;
}

/** A pod that has been taken in, and whose containers are still to be started. */
export function creatingStatus(pod: Pod, now: string, hostIP: string): PodStatus {
  const waiting = pod.spec.initContainers?.length ? "PodInitializing" : "ContainerCreating";
  const state = { waiting: { reason: waiting } };
  const inits = (pod.spec.initContainers ?? []).map((each) => containerStatus(pod, each, state));
  const containers = pod.spec.containers.map((each) => containerStatus(pod, each, state));
  return {
    ...pod.status,
    observedGeneration: pod.metadata.generation,
    phase: "Pending",
    hostIP,
    hostIPs: [{ ip: hostIP }],
    startTime: pod.status?.startTime ?? now,
    conditions: conditionsOf(pod, now, { inits, containers, hasSandbox: false }),
    ...(inits.length > 0 && { initContainerStatuses: inits }),
    containerStatuses: byName(containers),
  };
}

/**
 * The pod with every container called running that nothing keeps from starting; `problems` holds the others by name. Init
 * containers are passed over: they go on waiting, since no process ends that could let the next one start.
 */
export function simulatedStatus(
  pod: Pod,
  { problems, now, ip }: { problems: ReadonlyMap<string, StartProblem>; now: string; ip: string },
): PodStatus {
  const initStates = initStatesOf(pod, problems, now);
  const inits = initStates.map(({ container, state }) => containerStatus(pod, container, state));
  const isInitialized = initStates.every(({ isPassed }) => isPassed);
  const notYet = { waiting: { reason: "PodInitializing" } };
  const containers = pod.spec.containers.map((container) =>
    containerStatus(pod, container, isInitialized ? stateOf(pod, container, problems, now) : notYet),
  );
  const isPending = pod.status?.phase !== "Running" && containers.some(({ state }) => state.waiting);
  const isSimulated = isInitialized && containers.some(({ state }) => state.running);
  const { message: _message, ...known } = pod.status ?? {};
  return {
    ...known,
    ...(isSimulated && { message: `${SIMULATED}: no process runs` }),
    observedGeneration: pod.metadata.generation,
    phase: isPending ? "Pending" : "Running",
    podIP: ip,
    podIPs: [{ ip }],
    conditions: conditionsOf(pod, now, { inits, containers, hasSandbox: true }),
    ...(inits.length > 0 && { initContainerStatuses: inits }),
    containerStatuses: byName(containers),
    ...ephemeralStatuses(pod, problems, now),
  };
}

interface InitState {
  container: Container;
  state: ContainerState;
  /** Whether what comes after it may start. */
  isPassed: boolean;
}

function initStatesOf(pod: Pod, problems: ReadonlyMap<string, StartProblem>, now: string): InitState[] {
  let isBlocked = false;
  return (pod.spec.initContainers ?? []).map((container) => {
    if (isBlocked) return { container, state: { waiting: { reason: "PodInitializing" } }, isPassed: false };
    if (isSidecar(container) || problems.has(container.name)) {
      const state = stateOf(pod, container, problems, now);
      isBlocked = state.running === undefined;
      return { container, state, isPassed: !isBlocked };
    }
    const message = `${SIMULATED}: no process runs, and the pod goes on without this container`;
    return { container, state: { waiting: { reason: PASSED_OVER, message } }, isPassed: true };
  });
}

function stateOf(
  pod: Pod,
  container: Container,
  problems: ReadonlyMap<string, StartProblem>,
  now: string,
): ContainerState {
  const known = statusOfContainer(pod.status, container.name);
  if (known?.state.running !== undefined && isRunningAsWanted(pod, container)) return known.state;
  const problem = problems.get(container.name);
  if (problem === undefined) return { running: { startedAt: now } };
  return { waiting: { reason: problem.reason, message: problem.message } };
}

function ephemeralStatuses(
  pod: Pod,
  problems: ReadonlyMap<string, StartProblem>,
  now: string,
): Pick<PodStatus, "ephemeralContainerStatuses"> {
  const containers = pod.spec.ephemeralContainers ?? [];
  if (containers.length === 0) return {};
  return {
    ephemeralContainerStatuses: containers.map((container) => ({
      ...containerStatus(pod, container, stateOf(pod, container, problems, now)),
      // They are no part of what makes a pod ready.
      ready: false,
    })),
  };
}

function containerStatus(pod: Pod, { name, image = "" }: Container, state: ContainerState): ContainerStatus {
  const known = statusOfContainer(pod.status, name);
  const isRunning = state.running !== undefined;
  const isReplaced = isRunning && known?.state.running !== undefined && known.image !== image;
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

export interface ConditionFacts {
  inits: ContainerStatus[];
  containers: ContainerStatus[];
  hasSandbox: boolean;
  /** Set where the pod has come to its end. */
  endReason?: "PodFailed" | "PodCompleted";
}

type Judgement = Pick<Condition, "status" | "reason" | "message">;

/** The conditions a kubelet decides about, from the statuses of the containers; those of others are kept. */
export function conditionsOf(pod: Pod, now: string, facts: ConditionFacts): Condition[] {
  const own = judgements(pod, facts);
  const others = (pod.status?.conditions ?? []).filter(({ type }) => !KUBELET_CONDITIONS.includes(type));
  const conditions = Object.entries(own).map(([type, judgement]): Condition => {
    const known = findCondition(pod.status?.conditions, type);
    const isSame = known?.status === judgement.status;
    return {
      type,
      lastProbeTime: null,
      lastTransitionTime: isSame ? (known?.lastTransitionTime ?? now) : now,
      observedGeneration: pod.metadata.generation,
      ...judgement,
    };
  });
  return [...conditions, ...others];
}

function judgements(pod: Pod, facts: ConditionFacts): Record<string, Judgement> {
  const { inits, containers, hasSandbox, endReason } = facts;
  const sidecars = new Set((pod.spec.initContainers ?? []).filter(isSidecar).map(({ name }) => name));
  const unready = [...inits.filter(({ name }) => sidecars.has(name)), ...containers].filter(
    ({ ready }) => !ready,
  );
  const incomplete = inits.filter((status) => !isDone(status, sidecars.has(status.name)));
  const containersReady =
    endReason === undefined
      ? verdict(unready, "ContainersNotReady", "containers with unready status")
      : { status: "False" as const, reason: endReason };
  return {
    PodReadyToStartContainers: { status: hasSandbox ? "True" : "False" },
    // What has gone on once does not go back, be it that a sidecar starts again.
    Initialized:
      endReason === "PodCompleted"
        ? { status: "True", reason: endReason }
        : verdict(
            containers.some(hasBegun) ? [] : incomplete,
            "ContainersNotInitialized",
            "containers with incomplete status",
          ),
    Ready: containersReady.status === "True" ? gateVerdict(pod) : containersReady,
    ContainersReady: containersReady,
    PodScheduled: { status: "True" },
  };
}

/** Whether a process of the container has run, or been tried. */
export function hasBegun({ state, lastState }: ContainerStatus): boolean {
  return [state.running, state.terminated, lastState.terminated].some((each) => each !== undefined);
}

/** In the order in which a kubelet tells of containers that are not for initialization. */
export function byName(statuses: readonly ContainerStatus[]): ContainerStatus[] {
  return statuses.toSorted((one, other) => (one.name < other.name ? -1 : 1));
}

function isDone({ state, started }: ContainerStatus, isSidecarOfPod: boolean): boolean {
  if (isSidecarOfPod) return started === true;
  return state.waiting?.reason === PASSED_OVER || state.terminated?.exitCode === 0;
}

function verdict(lacking: ContainerStatus[], reason: string, what: string): Judgement {
  if (lacking.length === 0) return { status: "True" };
  return {
    status: "False",
    reason,
    message: `${what}: [${lacking.map(({ name }) => name).join(" ")}]`,
  };
}

/** A pod is ready only with the conditions its readiness gates name. */
function gateVerdict(pod: Pod): Judgement {
  const messages = recordsAt(pod.spec, "readinessGates").flatMap((gate) => {
    const type = textAt(gate, "conditionType");
    const status = findCondition(pod.status?.conditions, type)?.status;
    if (status === "True") return [];
    const subject = `corresponding condition of pod readiness gate "${type}"`;
    return status === undefined
      ? [`${subject} does not exist.`]
      : [`the status of pod readiness gate "${type}" is not "True", but ${status}`];
  });
  if (messages.length === 0) return { status: "True" };
  return { status: "False", reason: "ReadinessGatesNotReady", message: messages.join(", ") };
}
