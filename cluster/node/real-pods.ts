import type { ContainerExit, ContainerRuntime } from "../containers/container-runtime.js";
import { timestampOf } from "../controllers/clock.js";
import { aboutContainer } from "../controllers/container-field.js";
import type { ControllerContext } from "../controllers/controller.js";
import type { EventRecorder, EventText } from "../controllers/event-recorder.js";
import { isSameJson } from "../controllers/json-equality.js";
import { keyOf, locationOfObject, nameOf, namespaceOf } from "../controllers/object-keys.js";
import type { Container, Pod, PodStatus } from "../controllers/object-kinds.js";
import { endOfPod } from "../controllers/pod-end.js";
import { containersOf, isSidecar } from "../controllers/pod-status.js";
import { pods, statusOf } from "../controllers/resource-refs.js";
import type { WorkQueue } from "../controllers/work-queue.js";
import { ContainerProbes } from "./container-probes.js";
import type { ContainerRecord } from "./container-record.js";
import type { StartTurn } from "./container-starter.js";
import { ContainerStarter } from "./container-starter.js";
import { FoundSandboxes } from "./found-sandboxes.js";
import { LifecycleHooks } from "./lifecycle-hooks.js";
import { podEvents } from "./pod-events.js";
import { graceMsOf } from "./pod-grace.js";
import { Places } from "./places.js";
import { PodRecord } from "./pod-record.js";
import { namesOf } from "./pod-names.js";
import { realStatus } from "./real-status.js";
import { isDone, isRestarted } from "./restart-policy.js";
import type { VolumeSources } from "./volume-files.js";
import { volumesOf } from "./volume-files.js";

/** Pods brought on by the runtime at the same time, of each namespace in turn: more of them would each take longer, and together no less. */
const AT_ONCE = 4;
/** Milliseconds that are left for the end itself, however long the hook before it took, as a kubelet has it. */
const MIN_GRACE_MS = 2000;

export interface RealPodsOptions extends Pick<ControllerContext, "api" | "clock" | "logger" | "simulated"> {
  runtime: ContainerRuntime;
  recorder: EventRecorder;
  podToken: VolumeSources["podToken"];
  networkOf: (namespace: string) => string;
  /** The address of a pod, the same at every call. */
  addressOf: (pod: Pod) => string;
}

/** The pods of the node that really run: brings their containers to what the pods say, and their status to what those do. */
export class RealPods {
  readonly #options: RealPodsOptions;
  readonly #records = new Map<string, { pod: Pod; record: PodRecord }>();
  readonly #starter: ContainerStarter;
  readonly #probes: ContainerProbes;
  readonly #hooks: LifecycleHooks;
  readonly #found: FoundSandboxes;
  readonly #queue: WorkQueue;
  readonly #places = new Places(AT_ONCE);

  constructor(options: RealPodsOptions, queue: WorkQueue) {
    this.#options = options;
    this.#queue = queue;
    this.#found = new FoundSandboxes(options);
    const onDeath = (pod: Pod, container: Container): void => void this.#end(pod, container, graceMsOf(pod));
    this.#hooks = new LifecycleHooks({ ...options, onDeath });
    this.#probes = new ContainerProbes({ ...options, onChange: (pod) => queue.add(keyOf(pod)), onDeath });
    this.#starter = new ContainerStarter({
      ...options,
      onStarted: (pod, container, record) => {
        if (!this.#isThere(pod)) return;
        this.#hooks.afterStart(pod, container, record);
        this.#probes.start(pod, container, record);
      },
    });
  }

  /** Takes note of an end; the pod's next turn does what follows from it. Returns the key of the pod, where it is known. */
  exited(exit: ContainerExit): string | undefined {
    const [uid = "", name = ""] = exit.container.split("/");
    const known = this.#records.get(uid);
    const container = known?.record.named(name);
    if (known === undefined) this.#found.exited(exit);
    if (known === undefined || container?.runtimeId !== exit.container || !container.isRunning)
      return undefined;
    container.finished(exit);
    return keyOf(known.pod);
  }

  /** Takes note that nothing of all pods is left; returns the keys of the pods. */
  lost(): string[] {
    const now = this.#options.clock.now();
    this.#found.lost();
    return [...this.#records.values()].map(({ pod, record }) => {
      record.lose(now);
      return keyOf(pod);
    });
  }

  /** Whether the pod has been looked after as one that really runs. */
  knows({ metadata }: Pod): boolean {
    return this.#records.has(metadata.uid ?? "");
  }

  /** Brings the pod one step on; its volumes must be such that they can be set up. */
  async sync(pod: Pod, queue: WorkQueue): Promise<void> {
    const record = await this.#recordOf(pod);
    if (record === undefined || pod.status?.phase === "Succeeded" || pod.status?.phase === "Failed") return;
    await this.#places.take(namespaceOf(pod), () => this.#bringOn(pod, record, queue));
  }

  async #bringOn(pod: Pod, record: PodRecord, queue: WorkQueue): Promise<void> {
    if (!this.#isThere(pod)) return;
    if (!record.hasSandbox) await this.#startSandbox(pod, record);
    if (!this.#isThere(pod)) return;
    const turn: StartTurn = { pod, address: record.address, queue };
    if (isDone(pod, record)) this.#endSidecars(pod, record);
    else if (await this.#initialize(turn, record)) {
      for (const container of [...pod.spec.containers, ...(pod.spec.ephemeralContainers ?? [])])
        await this.#keepUp(turn, container, record.container(pod, container));
    }
    await this.#writeStatus(pod, record);
  }

  /** True once nothing of the pod runs; the queue hears of it. */
  isStopped(pod: Pod, queue: WorkQueue): boolean {
    const known = this.#records.get(pod.metadata.uid ?? "");
    if (known === undefined) return true;
    const { record } = known;
    record.stopping ??= this.#stop(pod, record).finally(() => {
      record.isStopped = true;
      queue.add(keyOf(pod));
    });
    return record.isStopped;
  }

  /** Makes the record of a pod that is to be ended and was not looked at since this process began. */
  async know(pod: Pod): Promise<void> {
    await this.#recordOf(pod);
  }

  /** The status of a pod of which nothing runs any more. */
  endedStatus(pod: Pod, why: { reason?: string; message?: string }): PodStatus {
    const record = this.#records.get(pod.metadata.uid ?? "")?.record;
    if (record === undefined) return { ...pod.status };
    const status = this.#statusOf(pod, record);
    const hasFailed = why.reason !== undefined || status.phase !== "Succeeded";
    const phase = hasFailed ? "Failed" : "Succeeded";
    return endOfPod(pod, timestampOf(this.#options.clock.now()), { ...status, ...why, phase });
  }

  /** Removes all the pod had, be it of before this process began. */
  forget(pod: Pod): void {
    const uid = pod.metadata.uid ?? "";
    const known = this.#records.get(uid);
    known?.record.close();
    this.#records.delete(uid);
    this.#remove(pod, known !== undefined).catch((error: unknown) => {
      this.#options.logger.warn({ err: error, pod: keyOf(pod) }, "what a pod had could not be removed");
    });
  }

  async #remove(pod: Pod, isKnown: boolean): Promise<void> {
    const uid = pod.metadata.uid ?? "";
    if (!isKnown) {
      await this.#found.known();
      if (this.#found.take(uid) === undefined) return;
    }
    await this.#options.runtime.removeSandbox(uid);
    this.#madeRoom(namespaceOf(pod));
  }

  /** Those that found no room have another turn at once. */
  #madeRoom(namespace: string): void {
    for (const { pod, record } of this.#records.values())
      if (!record.hasSandbox && namespaceOf(pod) === namespace) this.#queue.add(keyOf(pod));
  }

  /** Whether the pod was not removed while something of it was waited for. */
  #isThere(pod: Pod): boolean {
    return this.#options.api.find(pods, locationOfObject(pod))?.metadata.uid === pod.metadata.uid;
  }

  /** `undefined` where the pod was removed meanwhile. */
  async #recordOf(pod: Pod): Promise<PodRecord | undefined> {
    const uid = pod.metadata.uid ?? "";
    const known = this.#records.get(uid);
    if (known !== undefined) {
      known.pod = pod;
      return known.record;
    }
    await this.#found.known();
    if (!this.#isThere(pod)) return undefined;
    const record = new PodRecord(pod, this.#options.addressOf(pod));
    record.recover(pod, this.#found.take(uid), this.#options.clock.now());
    this.#records.set(uid, { pod, record });
    for (const container of containersOf(pod)) {
      const each = record.container(pod, container);
      if (each.isRunning) this.#probes.start(pod, container, each);
    }
    return record;
  }

  async #startSandbox(pod: Pod, record: PodRecord): Promise<void> {
    const { runtime, networkOf, recorder } = this.#options;
    try {
      await runtime.startSandbox({
        id: record.uid,
        namespace: namespaceOf(pod),
        name: nameOf(pod),
        ...namesOf(pod, record.address),
        network: networkOf(namespaceOf(pod)),
        volumes: volumesOf(this.#options, pod, record.address),
      });
      record.hasSandbox = true;
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      recorder.record(pod, podEvents.sandboxFailed(why));
      throw error;
    }
    // Whoever forgot it meanwhile may have found nothing to remove yet.
    if (!this.#isThere(pod)) await this.#remove(pod, true);
  }

  /** Whether the containers before the others have done their part; starts the next of them. */
  async #initialize(turn: StartTurn, record: PodRecord): Promise<boolean> {
    const { pod } = turn;
    // Those that run do not wait again for a sidecar that starts again.
    const areBegun = pod.spec.containers.some((container) => record.container(pod, container).hasRun);
    for (const container of pod.spec.initContainers ?? []) {
      const init = record.container(pod, container);
      if (!isSidecar(container) && init.ended?.exitCode === 0) continue;
      await this.#keepUp(turn, container, init);
      if (!isSidecar(container) || !(init.isStarted || areBegun)) return false;
    }
    return true;
  }

  /** Starts the container where it has not run yet, or ended and is to run again. */
  async #keepUp(turn: StartTurn, container: Container, record: ContainerRecord): Promise<void> {
    if (record.isRunning && record.image !== container.image && !record.isEnding) {
      record.isEnding = true;
      this.#tell(turn.pod, container, podEvents.changed(container.name));
      void this.#end(turn.pod, container, graceMsOf(turn.pod));
    }
    if (record.isRunning || (record.ended !== undefined && !isRestarted(turn.pod, container, record))) return;
    await this.#starter.start(turn, container, record);
  }

  #endSidecars(pod: Pod, record: PodRecord): void {
    for (const container of (pod.spec.initContainers ?? []).filter(isSidecar)) {
      const sidecar = record.container(pod, container);
      if (!sidecar.isRunning || sidecar.isEnding) continue;
      sidecar.isEnding = true;
      this.#tell(pod, container, podEvents.stopping(container.name));
      void this.#end(pod, container, graceMsOf(pod));
    }
  }

  async #stop(pod: Pod, record: PodRecord): Promise<void> {
    record.close();
    const running = containersOf(pod).filter(({ name }) => record.named(name)?.isRunning);
    const ordinary = running.filter((container) => !isSidecar(container));
    for (const container of running) this.#tell(pod, container, podEvents.stopping(container.name));
    const graceMs = graceMsOf(pod);
    await Promise.all(ordinary.map((container) => this.#end(pod, container, graceMs)));
    // The last to start is the first to go.
    for (const sidecar of running.filter(isSidecar).toReversed()) await this.#end(pod, sidecar, graceMs);
  }

  #tell(pod: Pod, { name }: Container, text: EventText): void {
    this.#options.recorder.record(pod, aboutContainer(pod, name, text));
  }

  async #end(pod: Pod, container: Container, graceMs: number): Promise<void> {
    const { runtime, clock, logger } = this.#options;
    const id = this.#records.get(pod.metadata.uid ?? "")?.record.named(container.name)?.runtimeId;
    if (id === undefined) return;
    const startedMs = clock.now().getTime();
    await this.#hooks.beforeStop(pod, container, { runtimeId: id, graceMs });
    const spentMs = clock.now().getTime() - startedMs;
    try {
      await runtime.stop(id, Math.max(MIN_GRACE_MS, graceMs - spentMs));
    } catch (error) {
      logger.warn({ err: error, container: id }, "a container could not be stopped");
    }
  }

  async #writeStatus(pod: Pod, record: PodRecord): Promise<void> {
    const status = this.#statusOf(pod, record);
    if (isSameJson(status, pod.status)) return;
    await this.#options.api.update(
      statusOf(pods),
      { ...structuredClone(pod), status },
      this.#options.simulated.writesOf(pod.spec.nodeName),
    );
  }

  #statusOf(pod: Pod, record: PodRecord): PodStatus {
    return realStatus(pod, {
      now: timestampOf(this.#options.clock.now()),
      address: record.address,
      hasSandbox: record.hasSandbox,
      record: (container) => record.container(pod, container),
    });
  }
}
