import type { ApiObject } from "../api/object.js";
import { timestampOf } from "./clock.js";
import type { Controller, ControllerContext } from "./controller.js";
import type { EventRecorder } from "./event-recorder.js";
import { imageNameProblem } from "./image-name.js";
import { isSameJson } from "./json-equality.js";
import { keyOf, locationOfKey, locationOfObject } from "./object-keys.js";
import type { Pod, PodStatus } from "./object-kinds.js";
import { PodAddresses } from "./pod-addresses.js";
import { isNotFound } from "./pod-control.js";
import {
  creatingStatus,
  endsByItself,
  isCreating,
  isStarted,
  newEphemeralContainers,
  runningStatus,
  succeededStatus,
  unreadableImages,
} from "./pod-phases.js";
import { pods, statusOf } from "./resource-refs.js";
import { NODE_WRITES, SIMULATED_NODE, SIMULATED_NODE_ADDRESS } from "./simulated-node.js";
import type { WorkQueue } from "./work-queue.js";

/** How long simulated steps take, in milliseconds: long enough to be seen by a watch, short enough to wait for. */
const CREATING_MS = 200;
const COMPLETING_MS = 500;
const STOPPING_MS = 300;

type Step = "creating" | "completing" | "stopping";

/** Plays the kubelet of the simulated node: its pods run in name only, and its events say so. */
export function createKubelet(context: ControllerContext): Controller {
  const kubelet = new Kubelet(context);
  return {
    name: "kubelet",
    watch: (queue) => [
      context.api.watch(pods, ({ type, object }) => {
        if ((object as Pod).spec.nodeName !== SIMULATED_NODE) return;
        if (type === "DELETED") kubelet.forget(object);
        else {
          kubelet.learn(object as Pod);
          queue.add(keyOf(object));
        }
      }),
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

  constructor(context: ControllerContext) {
    this.#context = context;
    this.#recorder = context.recorder("kubelet");
  }

  learn(pod: Pod): void {
    if (pod.status?.podIP !== undefined) this.#addresses.take(pod.status.podIP);
  }

  forget(pod: ApiObject): void {
    this.#due.delete(pod.metadata.uid ?? "");
    const { podIP } = (pod as Pod).status ?? {};
    if (podIP !== undefined) this.#addresses.release(podIP);
  }

  async sync(key: string, queue: WorkQueue): Promise<void> {
    const pod = this.#context.api.find(pods, locationOfKey(key)) as Pod | undefined;
    if (pod === undefined || pod.spec.nodeName !== SIMULATED_NODE) return;
    if (pod.metadata.deletionTimestamp !== undefined) return this.#stop(pod, queue);
    const phase = pod.status?.phase;
    if (phase === "Succeeded" || phase === "Failed") return;
    if (!isStarted(pod)) {
      await this.#write(pod, creatingStatus(pod, this.#now()));
    } else if (isCreating(pod)) {
      if (this.#isOver(pod, "creating", CREATING_MS, queue)) await this.#run(pod);
    } else if (endsByItself(pod)) {
      if (this.#isOver(pod, "completing", COMPLETING_MS, queue)) await this.#complete(pod);
    } else {
      await this.#replaceImages(pod);
    }
  }

  async #run(pod: Pod): Promise<void> {
    const address = pod.spec.hostNetwork === true ? SIMULATED_NODE_ADDRESS : pod.status?.podIP;
    const status = runningStatus(pod, this.#now(), address ?? this.#addresses.allocate());
    if (isSameJson(withoutTimes(status), withoutTimes(pod.status))) return;
    if (!(await this.#write(pod, status))) return;
    for (const { name, image = "" } of pod.spec.containers) this.#recordStart(pod, name, image);
  }

  #recordStart(pod: Pod, name: string, image: string): void {
    const problem = imageNameProblem(image);
    if (problem !== undefined) {
      this.#recorder.record(pod, { type: "Warning", reason: "InspectFailed", message: problem });
      this.#recorder.record(pod, { type: "Warning", reason: "Failed", message: "Error: InvalidImageName" });
      return;
    }
    if (unreadableImages(pod).length > 0) return;
    const texts = [
      ["Pulled", `Container image "${image}" taken as present (simulated node: nothing was pulled)`],
      ["Created", `Container created: ${name} (simulated)`],
      ["Started", `Container started: ${name} (simulated: no process runs)`],
    ] as const;
    for (const [reason, message] of texts) this.#recorder.record(pod, { type: "Normal", reason, message });
  }

  async #complete(pod: Pod): Promise<void> {
    await this.#write(pod, succeededStatus(pod, this.#now()));
  }

  /** A pod's image may be changed in place, and an ephemeral container added: either then starts. */
  async #replaceImages(pod: Pod): Promise<void> {
    const { containerStatuses = [], podIP = "" } = pod.status ?? {};
    const changed = pod.spec.containers.filter(
      ({ name, image = "" }) => containerStatuses.find((status) => status.name === name)?.image !== image,
    );
    changed.push(...newEphemeralContainers(pod));
    if (changed.length === 0) return;
    if (!(await this.#write(pod, runningStatus(pod, this.#now(), podIP)))) return;
    for (const { name, image = "" } of changed) this.#recordStart(pod, name, image);
  }

  async #stop(pod: Pod, queue: WorkQueue): Promise<void> {
    const uid = pod.metadata.uid ?? "";
    const isRunning = pod.status?.phase === "Running";
    if (isRunning && this.#due.get(uid)?.step !== "stopping") {
      for (const { name } of pod.spec.containers) {
        this.#recorder.record(pod, {
          type: "Normal",
          reason: "Killing",
          message: `Stopping container ${name}`,
        });
      }
    }
    if ((pod.metadata.deletionGracePeriodSeconds ?? 0) === 0 && (pod.metadata.finalizers ?? []).length > 0)
      return;
    if (isRunning && !this.#isOver(pod, "stopping", STOPPING_MS, queue)) return;
    try {
      await this.#context.api.delete(pods, locationOfObject(pod), {
        ...NODE_WRITES,
        gracePeriodSeconds: 0,
        preconditions: { uid },
      });
    } catch (error) {
      if (!isNotFound(error)) throw error;
    }
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

  async #write(pod: Pod, status: PodStatus): Promise<boolean> {
    await this.#context.api.update(statusOf(pods), { ...structuredClone(pod), status }, NODE_WRITES);
    return true;
  }

  #now(): string {
    return timestampOf(this.#context.clock.now());
  }
}

function withoutTimes(status: PodStatus | undefined): unknown {
  return status?.containerStatuses?.map(({ name, image, state }) => [
    name,
    image,
    state.waiting ?? "running",
  ]);
}
