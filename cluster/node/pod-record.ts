import type { ContainerState, SandboxState } from "../containers/container-runtime.js";
import type { Container, Pod } from "../controllers/object-kinds.js";
import { containersOf, statusOfContainer } from "../controllers/pod-status.js";
import { ContainerRecord, runtimeIdIn } from "./container-record.js";

/** How a container ended of which nobody can tell, in a kubelet's words. */
const LOST = {
  exitCode: 137,
  reason: "ContainerStatusUnknown",
  message: "The container could not be located when the pod was looked after again",
};

/** What is known of one pod that really runs. */
export class PodRecord {
  readonly uid: string;
  address: string;
  hasSandbox = false;
  /** Set once the pod is being ended; resolves when nothing of it runs. */
  stopping: Promise<void> | undefined;
  isStopped = false;
  readonly #containers = new Map<string, ContainerRecord>();

  constructor(pod: Pod, address: string) {
    this.uid = pod.metadata.uid ?? "";
    this.address = address;
  }

  container(pod: Pod, container: Container): ContainerRecord {
    const known = this.#containers.get(container.name);
    if (known !== undefined) return known;
    const waitsFor = pod.spec.initContainers?.length ? "PodInitializing" : "ContainerCreating";
    const record = new ContainerRecord(container, waitsFor);
    this.#containers.set(container.name, record);
    return record;
  }

  named(name: string): ContainerRecord | undefined {
    return this.#containers.get(name);
  }

  running(): ContainerRecord[] {
    return [...this.#containers.values()].filter(({ isRunning }) => isRunning);
  }

  /** Everything of the pod is gone, and nobody knows how it ended. */
  lose(now: Date): void {
    this.hasSandbox = false;
    for (const container of this.running()) lost(container, now);
  }

  /** Stops whatever looks at the containers. */
  close(): void {
    for (const container of this.#containers.values()) container.stopProbes();
  }

  /** Takes up what the status says and the runtime still has, after the cluster was started anew. */
  recover(pod: Pod, sandbox: SandboxState | undefined, now: Date): void {
    this.hasSandbox = sandbox !== undefined;
    for (const container of containersOf(pod)) {
      const status = statusOfContainer(pod.status, container.name);
      if (status?.containerID === undefined) continue;
      const record = this.container(pod, container);
      record.attempt = status.restartCount;
      record.runtimeId = runtimeIdIn(status.containerID);
      record.imageId = status.imageID;
      record.image = status.image;
      record.state = status.state;
      record.lastState = status.lastState;
      record.isReady = status.ready;
      record.isStarted = status.started === true;
      if (!record.isRunning) continue;
      const found = sandbox?.containers.find(({ id }) => id === record.runtimeId);
      if (found?.exit !== undefined) record.finished(found.exit);
      else if (found === undefined) lost(record, now);
    }
    this.#adopt(pod, sandbox?.containers ?? []);
  }

  /** Takes up what was begun after the status was written last. */
  #adopt(pod: Pod, found: readonly ContainerState[]): void {
    for (const container of containersOf(pod)) {
      const own = found.filter(({ name }) => name === container.name);
      const newest = own.toSorted((left, right) => right.attempt - left.attempt)[0];
      const record = this.container(pod, container);
      if (newest === undefined || newest.attempt <= record.attempt) continue;
      const { id, attempt, startedMs, exit } = newest;
      record.began(id, { attempt, image: container.image ?? "", at: new Date(startedMs) });
      if (exit !== undefined) record.finished(exit);
    }
  }
}

function lost(container: ContainerRecord, now: Date): void {
  const startedMs = Date.parse(container.state.running?.startedAt ?? now.toISOString());
  container.finished({ ...LOST, container: container.runtimeId ?? "", startedMs, finishedMs: now.getTime() });
}
