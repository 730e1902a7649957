import type {
  Container,
  ContainerState,
  ContainerStatus,
  Pod,
  PodStatus,
} from "../controllers/object-kinds.js";
import { byName, conditionsOf, containersOf, hasBegun, isSidecar } from "../controllers/pod-status.js";
import type { ContainerRecord } from "./container-record.js";

/** Of the messages of all containers of a pod, of which each has the same part, as with a kubelet. */
const MESSAGES_BYTES = 12 * 1024;

export interface RealPodFacts {
  now: string;
  address: string;
  hasSandbox: boolean;
  record: (container: Container) => ContainerRecord;
}

/** The status of a pod from what its containers do. */
export function realStatus(pod: Pod, facts: RealPodFacts): PodStatus {
  const { now, address, hasSandbox, record } = facts;
  const messageBytes = Math.floor(MESSAGES_BYTES / containersOf(pod).length);
  const statuses = (containers: Container[] = []): ContainerStatus[] =>
    containers.map((container) => {
      const status = record(container).status(container.image ?? "");
      const { state, lastState } = status;
      return { ...status, state: bounded(state, messageBytes), lastState: bounded(lastState, messageBytes) };
    });
  const sidecars = sidecarsOf(pod);
  const inits = statuses(pod.spec.initContainers).map((status) =>
    sidecars.has(status.name) ? status : { ...status, ready: status.state.terminated?.exitCode === 0 },
  );
  const containers = statuses(pod.spec.containers);
  const ephemeral = statuses(pod.spec.ephemeralContainers).map((status) => ({ ...status, ready: false }));
  const phase = phaseOf(pod, inits, containers);
  const end = phase === "Succeeded" ? "PodCompleted" : phase === "Failed" ? "PodFailed" : undefined;
  const { message: _message, ...known } = pod.status ?? {};
  return {
    ...known,
    observedGeneration: pod.metadata.generation,
    phase,
    ...(hasSandbox && { podIP: address, podIPs: [{ ip: address }] }),
    conditions: conditionsOf(pod, now, {
      inits,
      containers,
      hasSandbox: hasSandbox && end === undefined,
      ...(end && { endReason: end }),
    }),
    ...(inits.length > 0 && { initContainerStatuses: inits }),
    containerStatuses: byName(containers),
    ...(ephemeral.length > 0 && { ephemeralContainerStatuses: ephemeral }),
  };
}

/** The state with the beginning of its message, where that is longer. */
function bounded(state: ContainerState, bytes: number): ContainerState {
  const { terminated } = state;
  if (terminated?.message === undefined || Buffer.byteLength(terminated.message) <= bytes) return state;
  const message = Buffer.from(terminated.message).subarray(0, bytes).toString();
  return { ...state, terminated: { ...terminated, message } };
}

/** As a kubelet derives it: what is over has ended for good only where the pod's policy starts it no more. */
function phaseOf(
  pod: Pod,
  inits: ContainerStatus[],
  containers: ContainerStatus[],
): NonNullable<PodStatus["phase"]> {
  const { restartPolicy = "Always" } = pod.spec;
  const sidecars = sidecarsOf(pod);
  const ordinary = inits.filter(({ name }) => !sidecars.has(name));
  if (restartPolicy === "Never" && ordinary.some(hasFailed)) return "Failed";
  if (ordinary.some(({ state }) => state.terminated?.exitCode !== 0)) return "Pending";
  const isInitialized = containers.some(hasBegun);
  const isAwaited = ({ name, started, state }: ContainerStatus): boolean =>
    sidecars.has(name) && !started && !state.terminated;
  if (!isInitialized && inits.some(isAwaited)) return "Pending";
  if (containers.some(({ state, lastState }) => state.waiting && !lastState.terminated)) return "Pending";
  const areSidecarsOver = inits.every(
    ({ name, state }) => !sidecars.has(name) || state.running === undefined,
  );
  if (restartPolicy === "Always" || !areSidecarsOver) return "Running";
  if (!containers.every(({ state }) => state.terminated)) return "Running";
  if (!containers.some(hasFailed)) return "Succeeded";
  return restartPolicy === "Never" ? "Failed" : "Running";
}

function sidecarsOf({ spec }: Pod): Set<string> {
  return new Set((spec.initContainers ?? []).filter(isSidecar).map(({ name }) => name));
}

function hasFailed({ state }: ContainerStatus): boolean {
  return (state.terminated?.exitCode ?? 0) !== 0;
}
