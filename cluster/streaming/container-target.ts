import type { ApiService } from "../api/service.js";
import { badRequest, notImplemented, StatusError } from "../api/status.js";
import type { ContainerRuntime } from "../containers/container-runtime.js";
import type { Container, ContainerStatus, Pod } from "../controllers/object-kinds.js";
import { containersOf, statusOfContainer } from "../controllers/pod-status.js";
import type { Call } from "../http/call.js";
import { runtimeIdIn } from "../node/container-record.js";
import { whySimulated } from "../node/played-pods.js";
import { findObject, requireObject } from "../rest/api-core.js";

/** The annotation that says which of several containers is meant. */
const DEFAULT_CONTAINER = "kubectl.kubernetes.io/default-container";
/** A container that waits for one of these waits for its image. */
const PULL_REASONS = new Set(["ErrImagePull", "ImagePullBackOff"]);

/**
 * The pod a call is about; throws 404 without it, 400 where the call names no container of it or it is on no node, and 501 for one that is simulated, of
 * which `missing` says what there is not.
 */
export function requireRealPod(call: Call, runtime: ContainerRuntime, missing: string): Pod {
  const pod = podOf(call);
  // A real API server judges the name before it asks the node.
  if (call.ref.subresource !== "portforward") chosenContainer(call, pod);
  if (!isOnNode(pod)) throw badRequest(`pod ${call.name} does not have a host assigned`);
  requireRealContainers(call, runtime, pod, missing);
  return pod;
}

/** The pod a call is about; throws 404 without it. */
export function podOf(call: Call): Pod {
  const at = { name: call.name, ...(call.namespace !== undefined && { namespace: call.namespace }) };
  return requireObject(call.core, call.type, at) as Pod;
}

/** Whether there is a node to ask about the pod. */
export function isOnNode({ spec }: Pod): boolean {
  return spec.nodeName !== undefined && spec.nodeName !== "";
}

/** Throws 501 for a pod that is simulated, of which `missing` says what there is not. */
export function requireRealContainers(
  { core }: Pick<Call, "core">,
  runtime: ContainerRuntime,
  pod: Pod,
  missing: string,
): void {
  const api: Pick<ApiService, "find"> = {
    find: (ref, place) => findObject(core, core.registry.require(ref), place),
  };
  const why = whySimulated(runtime, api, pod);
  if (why === undefined) return;
  throw notImplemented(`pod ${JSON.stringify(pod.metadata.name)} is simulated, so ${missing}: ${why}`);
}

/** The one container the query names, or the only one; throws 400 as a real API server does. */
export function chosenContainer(call: Call, pod: Pod): string {
  const named = call.info.query.get("container") ?? "";
  const name = pod.metadata.name ?? "";
  const all = containersOf(pod).map((container) => container.name);
  if (named !== "") {
    if (!all.includes(named)) throw badRequest(`container ${named} is not valid for pod ${name}`);
    return named;
  }
  const [only, ...others] = pod.spec.containers.map((container) => container.name);
  const preferred = pod.metadata.annotations?.[DEFAULT_CONTAINER] ?? "";
  if (all.includes(preferred)) return preferred;
  if (only !== undefined && others.length === 0) return only;
  const inits = (pod.spec.initContainers ?? []).map((container) => container.name);
  const choice = `choose one of: [${[only, ...others].join(" ")}]`;
  const more = inits.length > 0 ? ` or one of the init containers: [${inits.join(" ")}]` : "";
  throw badRequest(`a container name must be specified for pod ${name}, ${choice}${more}`);
}

/** What the runtime calls the container that runs; throws the kubelet's refusal where none does. */
export function runningContainer(pod: Pod, name: string): string {
  const status = statusOfContainer(pod.status, name);
  if (status?.state.running === undefined || status.containerID === undefined) throw notRunning(name);
  return runtimeIdIn(status.containerID);
}

/**
 * What the runtime calls the container to attach to: one that runs, or one that takes input and has ended, of which
 * the runtime may still have what nobody has seen. Throws the kubelet's refusal where there is none.
 */
export function attachedContainer(pod: Pod, container: Container): string {
  const status = statusOfContainer(pod.status, container.name);
  const hasEnded = status?.state.terminated !== undefined && container["stdin"] === true;
  if (!hasEnded || status.containerID === undefined) return runningContainer(pod, container.name);
  return runtimeIdIn(status.containerID);
}

function notRunning(name: string): StatusError {
  const message = `container not found (${JSON.stringify(name)})`;
  return new StatusError({ code: 404, reason: "NotFound", message });
}

/** What the runtime calls the container whose log is asked for; throws the kubelet's refusal where it has not run. */
export function loggedContainer(pod: Pod, name: string, isPrevious: boolean): string {
  const status = statusOfContainer(pod.status, name);
  const last = status?.lastState.terminated?.containerID;
  if (isPrevious) {
    if (last !== undefined) return runtimeIdIn(last);
    throw badRequest(
      `previous terminated container ${JSON.stringify(name)} in pod ${JSON.stringify(pod.metadata.name)} not found`,
    );
  }
  const current = status?.state.waiting === undefined ? status?.containerID : last;
  if (current !== undefined) return runtimeIdIn(current);
  throw badRequest(
    `container ${JSON.stringify(name)} in pod ${JSON.stringify(pod.metadata.name)} is waiting to start: ${waitReason(status)}`,
  );
}

function waitReason(status: ContainerStatus | undefined): string {
  const reason = status?.state.waiting?.reason ?? "ContainerCreating";
  return PULL_REASONS.has(reason) ? "trying and failing to pull image" : reason;
}
