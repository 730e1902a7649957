/** The parts of a Pod that tell how it is. */
export interface PodStatus {
  metadata: { name: string; uid?: string; deletionTimestamp?: string; labels?: Record<string, string> };
  spec?: {
    containers?: { name: string; image?: string }[];
    volumes?: { name: string; persistentVolumeClaim?: object }[];
    nodeName?: string;
  };
  status?: {
    phase?: string;
    reason?: string;
    message?: string;
    podIP?: string;
    conditions?: { type: string; status: string; reason?: string; message?: string }[];
    initContainerStatuses?: ContainerStatus[];
    containerStatuses?: ContainerStatus[];
  };
}

export interface ContainerStatus {
  name: string;
  image?: string;
  restartCount?: number;
  state?: {
    waiting?: { reason?: string; message?: string };
    running?: object;
    terminated?: { reason?: string; message?: string; exitCode?: number };
  };
  lastState?: { terminated?: { reason?: string; message?: string; exitCode?: number } };
}

/** An event that names the pod or its volume claim. */
export interface PodEvent {
  type?: string;
  reason?: string;
  message?: string;
  involvedObject?: { kind?: string };
}

/** Reasons of a waiting container that end by themselves. */
const STARTING = new Set(["ContainerCreating", "PodInitializing"]);
const IMAGE_REASONS = /^(ErrImage|ImagePull|InvalidImageName|RegistryUnavailable)/;

/** Whether the host's container runs; the host itself listens some tenths of a second later. */
export function isRunning({ metadata, status }: PodStatus): boolean {
  if (metadata.deletionTimestamp !== undefined || status?.podIP === undefined) return false;
  return status.containerStatuses?.every(({ state }) => state?.running !== undefined) ?? false;
}

/** Whether the pod will never run again: it is going, or was ended by the kubelet. */
export function isOver({ metadata, status }: PodStatus): boolean {
  return (
    metadata.deletionTimestamp !== undefined || status?.phase === "Failed" || status?.phase === "Succeeded"
  );
}

/** Whether waiting longer helps nobody: its image is not there, or was asked for in vain more than once. */
export function isStuck({ status }: PodStatus): boolean {
  const containers = [...(status?.initContainerStatuses ?? []), ...(status?.containerStatuses ?? [])];
  return containers.some(({ state }) =>
    /^(ImagePullBackOff|InvalidImageName)$/.test(state?.waiting?.reason ?? ""),
  );
}

/** Whether the scheduler has found no node for it. */
export function isUnplaced({ status }: PodStatus): boolean {
  return (
    status?.conditions?.some(({ type, status: is }) => type === "PodScheduled" && is === "False") ?? false
  );
}

/** Why the pod does not run, in a sentence for whoever can act on it; nothing is said by its name alone. */
export function problemOf(pod: PodStatus, events: readonly PodEvent[] = []): string {
  return (
    endOf(pod) ??
    schedulingProblem(pod, events) ??
    containerProblem(pod) ??
    lastWarning(events) ??
    "its containers are still starting"
  );
}

/** What a learner is to know of a pod that is gone. */
export function lossOf(pod: PodStatus): string {
  const home = pod.spec?.volumes?.find(({ name }) => name === "home");
  const files = home?.persistentVolumeClaim
    ? "The home is kept."
    : "What was in the home besides the lab's own files is gone with it.";
  return `The machine of this session is gone: ${(endOf(pod) ?? "it was deleted").trim().replace(/\.$/, "")}. ${files}`;
}

/** Why it ended, where it did. */
export function endOf({ metadata, status }: PodStatus): string | undefined {
  if (status?.phase === "Failed" || status?.phase === "Succeeded")
    return status.reason === "Evicted"
      ? `its node ended it (evicted): ${status.message ?? "no reason given"}`
      : `it ended: ${status.message ?? status.reason ?? status.phase}`;
  return metadata.deletionTimestamp === undefined ? undefined : "it is being deleted";
}

function schedulingProblem({ status }: PodStatus, events: readonly PodEvent[]): string | undefined {
  const scheduled = status?.conditions?.find(({ type }) => type === "PodScheduled");
  if (scheduled?.status !== "False") return undefined;
  const said = scheduled.message ?? "no reason given";
  if (!/PersistentVolumeClaim/i.test(said)) return `no node has room for it: ${said}`;
  const volume = events.findLast(({ involvedObject }) => involvedObject?.kind === "PersistentVolumeClaim");
  return `its home, a PersistentVolumeClaim, is not bound: ${volume?.message ?? said}`;
}

function containerProblem({ status, spec }: PodStatus): string | undefined {
  const containers = [...(status?.initContainerStatuses ?? []), ...(status?.containerStatuses ?? [])];
  for (const container of containers) {
    const image = spec?.containers?.find(({ name }) => name === container.name)?.image ?? container.image;
    const problem = waitingProblem(container, image ?? "") ?? endProblem(container);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

/** Why a container waits; one that waits after an end is told by that. */
function waitingProblem({ name, state, lastState }: ContainerStatus, image: string): string | undefined {
  const { reason, message = "no reason given" } = state?.waiting ?? {};
  if (reason === undefined || STARTING.has(reason)) return undefined;
  if (IMAGE_REASONS.test(reason)) return `the image ${image} cannot be had (${reason}): ${message}`;
  return lastState?.terminated ? undefined : `its container ${name} does not start (${reason}): ${message}`;
}

function endProblem({ name, state, lastState }: ContainerStatus): string | undefined {
  const ended = state?.terminated ?? lastState?.terminated;
  if (!ended || ended.exitCode === 0) return undefined;
  const { exitCode = "a signal", reason = "Error", message } = ended;
  return `its container ${name} ended with ${exitCode} (${reason}): ${lastLine(message)}`;
}

/** A quota or an admission policy, a volume that cannot be mounted: said in events only. */
function lastWarning(events: readonly PodEvent[]): string | undefined {
  const warning = events.findLast(({ type }) => type === "Warning");
  return warning && `${warning.reason ?? "Warning"}: ${warning.message ?? ""}`;
}

function lastLine(text: string | undefined): string {
  return text?.trim().split("\n").at(-1) || "it said nothing";
}
