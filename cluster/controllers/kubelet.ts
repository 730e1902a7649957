import type { ApiObject } from "../api/object.js";
import type { ContainerRuntime } from "../containers/container-runtime.js";
import { hasRealContainers } from "../node/played-pods.js";
import { RealPods } from "../node/real-pods.js";
import type { VolumeSources } from "../node/volume-files.js";
import { timestampOf } from "./clock.js";
import { aboutContainer } from "./container-field.js";
import type { Controller, ControllerContext } from "./controller.js";
import type { EventRecorder, EventText } from "./event-recorder.js";
import { isSameJson } from "./json-equality.js";
import { keyOf, locationOfKey, locationOfObject, namespaceOf } from "./object-keys.js";
import type { Pod, PodStatus } from "./object-kinds.js";
import { controllerOf } from "./owner-references.js";
import { PodAddresses } from "./pod-addresses.js";
import { isNotFound } from "./pod-control.js";
import { endedStatus } from "./pod-end.js";
import {
  containersOf,
  creatingStatus,
  hasVolumes,
  isCreating,
  isPassedOver,
  isRunningAsWanted,
  isStarted,
  simulatedStatus,
  statusOfContainer,
} from "./pod-status.js";
import { configMaps, jobs, pods, secrets, statusOf } from "./resource-refs.js";
import { endlessText, startTexts } from "./simulated-events.js";
import { mountProblem, startProblem, type StartProblem } from "./start-problems.js";
import type { WorkQueue } from "./work-queue.js";

/** How long simulated steps take, in milliseconds: long enough to be seen by a watch, short enough to wait for. */
const CREATING_MS = 200;
const STOPPING_MS = 300;
/** Longest wait before a pod that failed has another turn: as a kubelet has it, since what it lacked may be there at any time. */
const RETRY_MAX_MS = 10_000;

type Step = "creating" | "stopping";

/** What runs the pods that can really run. */
export interface RealContainers {
  runtime: ContainerRuntime;
  podToken: VolumeSources["podToken"];
  /** The network a namespace's pods are in. */
  networkOf: (namespace: string) => string;
}

/**
 * Plays the kubelet of the simulated node. Pods run where there is a runtime that has their images; the others run in name only,
 * and their status and events say so.
 */
export function createKubelet(context: ControllerContext, containers?: RealContainers): Controller {
  const kubelet = new Kubelet(context, containers);
  return {
    name: "kubelet",
    retryMaxMs: RETRY_MAX_MS,
    // As a kubelet has a worker for each pod: one whose containers do not answer keeps no other waiting.
    concurrentKeys: Number.POSITIVE_INFINITY,
    watch: (queue) => [
      ...kubelet.listen(queue),
      context.api.watch(pods, ({ type, object }) => {
        if (!context.simulated.has((object as Pod).spec.nodeName)) return;
        if (type === "DELETED") kubelet.forget(object);
        else {
          kubelet.learn(object as Pod);
          queue.add(keyOf(object));
        }
      }),
      ...[configMaps, secrets].map((ref) =>
        context.api.watch(ref, ({ object }) => {
          for (const key of kubelet.blockedIn(namespaceOf(object))) queue.add(key);
        }),
      ),
    ],
    reconcile: (key, queue) => kubelet.sync(key, queue),
  };
}

class Kubelet {
  readonly #context: ControllerContext;
  readonly #recorder: EventRecorder;
  readonly #addresses = new PodAddresses();
  /** When the step a pod is in ends, by uid. */
  readonly #due = new Map<string, { step: Step; ms: number }>();
  /** Pods with something that cannot start, by key, with what was last said about their volumes. */
  readonly #blocked = new Map<string, { namespace: string; mount: string | undefined }>();
  readonly #containers: RealContainers | undefined;
  #real: RealPods | undefined;

  constructor(context: ControllerContext, containers: RealContainers | undefined) {
    this.#context = context;
    this.#containers = containers;
    this.#recorder = context.recorder("kubelet");
  }

  /** Hears of the ends of containers, where there are any; returns the ways to stop. */
  listen(queue: WorkQueue): (() => void)[] {
    if (this.#containers === undefined) return [];
    const { runtime } = this.#containers;
    const real = new RealPods(
      {
        ...this.#context,
        ...this.#containers,
        recorder: this.#recorder,
        addressOf: (pod) => this.#addressOf(pod),
      },
      queue,
    );
    this.#real = real;
    const stop = runtime.onExit((exit) => {
      const key = real.exited(exit);
      if (key !== undefined) queue.add(key);
    });
    const stopLost = runtime.onLost(() => {
      for (const key of real.lost()) queue.add(key);
    });
    return [stop, stopLost];
  }

  /** Looks after the pod by its containers, if it is one that really runs. */
  #realPodsFor(pod: Pod): RealPods | undefined {
    // Between a pod's first process and the status that tells of it only its record knows.
    if (this.#real?.knows(pod)) return this.#real;
    return hasRealContainers(this.#containers?.runtime, this.#context.api, pod) ? this.#real : undefined;
  }

  learn(pod: Pod): void {
    if (pod.status?.podIP !== undefined) this.#addresses.take(pod.status.podIP);
  }

  forget(pod: ApiObject): void {
    this.#real?.forget(pod as Pod);
    this.#due.delete(pod.metadata.uid ?? "");
    this.#blocked.delete(keyOf(pod));
    const { podIP } = (pod as Pod).status ?? {};
    if (podIP !== undefined) this.#addresses.release(podIP);
  }

  /** Keys of the pods in the namespace that an object of it may help to start. */
  blockedIn(namespace: string): string[] {
    return [...this.#blocked].filter(([, blocked]) => blocked.namespace === namespace).map(([key]) => key);
  }

  async sync(key: string, queue: WorkQueue): Promise<void> {
    const pod = this.#context.api.find(pods, locationOfKey(key)) as Pod | undefined;
    if (pod === undefined || !this.#context.simulated.has(pod.spec.nodeName)) return;
    if (pod.metadata.deletionTimestamp !== undefined) return this.#stop(pod, queue);
    const phase = pod.status?.phase;
    if (phase === "Succeeded" || phase === "Failed") return;
    if (!isStarted(pod)) return this.#write(pod, creatingStatus(pod, this.#now(), this.#nodeAddressOf(pod)));
    const real = this.#realPodsFor(pod);
    if (this.#isPastDeadline(pod, queue)) {
      if (real !== undefined && !real.isStopped(pod, queue)) return;
      return this.#endByDeadline(pod);
    }
    if (real !== undefined) {
      if (this.#waitsForVolumes(pod)) return;
      return real.sync(pod, queue);
    }
    if (isCreating(pod) && !this.#isOver(pod, "creating", CREATING_MS, queue)) return;
    await this.#start(pod);
  }

  /** Calls running what can run; what came before it, an image changed in place or a container added, is no matter. */
  async #start(pod: Pod): Promise<void> {
    if (this.#waitsForVolumes(pod)) return;
    const problems = this.#problemsOf(pod);
    if (problems.size === 0) this.#blocked.delete(keyOf(pod));
    else this.#blocked.set(keyOf(pod), { namespace: namespaceOf(pod), mount: undefined });
    const status = simulatedStatus(pod, { problems, now: this.#now(), ip: this.#addressOf(pod) });
    if (isSameJson(status, pod.status)) return;
    await this.#write(pod, status);
    for (const { name } of containersOf(pod)) {
      const [before, after] = [pod.status, status].map((each) => statusOfContainer(each, name));
      for (const text of startTexts(before, after, problems.get(name)))
        this.#recorder.record(pod, aboutContainer(pod, name, text));
    }
    const endless = endlessText(pod, status);
    if (endless !== undefined) this.#tellWithOwner(pod, endless);
  }

  /** Tells it of the pod, and of the Job it was made for: that is what people look at. */
  #tellWithOwner(pod: Pod, text: EventText): void {
    this.#recorder.record(pod, text);
    const owner = controllerOf(pod);
    if (owner?.kind !== "Job") return;
    const job = this.#context.api.find(jobs, { namespace: namespaceOf(pod), name: owner.name });
    if (job !== undefined && job.metadata.uid === owner.uid) this.#recorder.record(job, text);
  }

  #waitsForVolumes(pod: Pod): boolean {
    const problem = hasVolumes(pod) ? undefined : mountProblem(this.#context.api, pod);
    if (problem === undefined) return false;
    const known = this.#blocked.get(keyOf(pod))?.mount;
    this.#blocked.set(keyOf(pod), { namespace: namespaceOf(pod), mount: problem });
    if (problem !== known) {
      this.#recorder.record(pod, { type: "Warning", reason: "FailedMount", message: problem });
    }
    return true;
  }

  #problemsOf(pod: Pod): Map<string, StartProblem> {
    const problems = new Map<string, StartProblem>();
    for (const container of containersOf(pod)) {
      if (isRunningAsWanted(pod, container) || isPassedOver(pod, container)) continue;
      const problem = startProblem(this.#context.api, pod, container);
      if (problem !== undefined) problems.set(container.name, problem);
    }
    return problems;
  }

  #isPastDeadline(pod: Pod, queue: WorkQueue): boolean {
    const seconds = pod.spec["activeDeadlineSeconds"];
    if (typeof seconds !== "number") return false;
    const dueMs = Date.parse(pod.status?.startTime ?? "") + seconds * 1000;
    const leftMs = dueMs - this.#context.clock.now().getTime();
    if (leftMs > 0) queue.addAfter(keyOf(pod), leftMs);
    return leftMs <= 0;
  }

  async #endByDeadline(pod: Pod): Promise<void> {
    const why = {
      reason: "DeadlineExceeded",
      message: "Pod was active on the node longer than the specified deadline",
    };
    await this.#end(pod, why);
    this.#recorder.record(pod, { type: "Normal", ...why });
  }

  async #stop(pod: Pod, queue: WorkQueue): Promise<void> {
    const uid = pod.metadata.uid ?? "";
    const real = this.#realPodsFor(pod);
    await real?.know(pod);
    if (!(real?.isStopped(pod, queue) ?? this.#isStopped(pod, queue))) return;
    // Whoever holds the pod is told that it has ended.
    if (isHeld(pod) && pod.status?.phase === "Running") return this.#end(pod, {});
    if (isHeld(pod) && pod.metadata.deletionGracePeriodSeconds === 0) return;
    try {
      await this.#context.api.delete(pods, locationOfObject(pod), {
        ...this.#context.simulated.writesOf(pod.spec.nodeName),
        gracePeriodSeconds: 0,
        preconditions: { uid },
      });
    } catch (error) {
      if (!isNotFound(error)) throw error;
    }
  }

  #end(pod: Pod, why: { reason?: string; message?: string }): Promise<void> {
    const status = this.#realPodsFor(pod)?.endedStatus(pod, why) ?? endedStatus(pod, this.#now(), why);
    return this.#write(pod, status);
  }

  /** Whether a simulated pod has had the time it takes to stop. */
  #isStopped(pod: Pod, queue: WorkQueue): boolean {
    if (pod.status?.phase !== "Running") return true;
    if (this.#due.get(pod.metadata.uid ?? "")?.step !== "stopping") this.#recordStop(pod);
    return this.#isOver(pod, "stopping", STOPPING_MS, queue);
  }

  #recordStop(pod: Pod): void {
    for (const { name } of pod.spec.containers) {
      const text: EventText = { type: "Normal", reason: "Killing", message: `Stopping container ${name}` };
      this.#recorder.record(pod, aboutContainer(pod, name, text));
    }
  }

  #addressOf(pod: Pod): string {
    if (pod.spec.hostNetwork === true) return this.#nodeAddressOf(pod);
    return pod.status?.podIP ?? this.#addresses.allocate();
  }

  #nodeAddressOf(pod: Pod): string {
    return this.#context.simulated.addressOf(pod.spec.nodeName);
  }

  /** Whether the step has lasted its time; the first call starts the time and comes back when it is over. */
  #isOver(pod: Pod, step: Step, lastsMs: number, queue: WorkQueue): boolean {
    const uid = pod.metadata.uid ?? "";
    const nowMs = this.#context.clock.now().getTime();
    const known = this.#due.get(uid);
    const due = known?.step === step ? known.ms : nowMs + lastsMs;
    this.#due.set(uid, { step, ms: due });
    if (due <= nowMs) return true;
    queue.addAfter(keyOf(pod), due - nowMs);
    return false;
  }

  async #write(pod: Pod, status: PodStatus): Promise<void> {
    await this.#context.api.update(
      statusOf(pods),
      { ...structuredClone(pod), status },
      this.#context.simulated.writesOf(pod.spec.nodeName),
    );
  }

  #now(): string {
    return timestampOf(this.#context.clock.now());
  }
}

function isHeld({ metadata }: Pod): boolean {
  return (metadata.finalizers ?? []).length > 0;
}
