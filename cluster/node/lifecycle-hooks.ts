import { recordAt } from "../api/field-access.js";
import type { ContainerRuntime } from "../containers/container-runtime.js";
import { aboutContainer } from "../controllers/container-field.js";
import type { EventRecorder, EventText } from "../controllers/event-recorder.js";
import type { Container, Pod } from "../controllers/object-kinds.js";
import { performAction } from "./container-action.js";
import type { ContainerRecord } from "./container-record.js";
import { podEvents } from "./pod-events.js";

/** Milliseconds a hook after the start may take; a kubelet waits as long as it lasts. */
const AFTER_START_MS = 300_000;

export interface LifecycleHooksOptions {
  runtime: ContainerRuntime;
  recorder: EventRecorder;
  /** The container has to be ended, for what was to follow its start failed. */
  onDeath: (pod: Pod, container: Container) => void;
}

/** What containers ask to be done after their start and before their end. */
export class LifecycleHooks {
  readonly #runtime: ContainerRuntime;
  readonly #recorder: EventRecorder;
  readonly #onDeath: LifecycleHooksOptions["onDeath"];

  constructor({ runtime, recorder, onDeath }: LifecycleHooksOptions) {
    this.#runtime = runtime;
    this.#recorder = recorder;
    this.#onDeath = onDeath;
  }

  /** A hook that fails ends the container, within its grace. */
  afterStart(pod: Pod, container: Container, { runtimeId = "" }: ContainerRecord): void {
    const hook = recordAt(container, "lifecycle.postStart");
    if (hook === undefined) return;
    performAction(this.#target(pod, container, runtimeId), hook, AFTER_START_MS).catch(() => {
      this.#tell(pod, container, podEvents.hookFailed("PostStart"));
      this.#tell(pod, container, podEvents.killedForHook());
      this.#onDeath(pod, container);
    });
  }

  /** Resolves when the hook is over, or as much time as there is. */
  async beforeStop(
    pod: Pod,
    container: Container,
    { runtimeId, graceMs }: { runtimeId: string; graceMs: number },
  ): Promise<void> {
    const hook = recordAt(container, "lifecycle.preStop");
    if (hook === undefined || graceMs === 0) return;
    try {
      await performAction(this.#target(pod, container, runtimeId), hook, graceMs);
    } catch {
      this.#tell(pod, container, podEvents.hookFailed("PreStop"));
    }
  }

  #tell(pod: Pod, { name }: Container, text: EventText): void {
    this.#recorder.record(pod, aboutContainer(pod, name, text));
  }

  #target(pod: Pod, container: Container, runtimeId: string): Parameters<typeof performAction>[0] {
    const [sandbox, address] = [pod.metadata.uid ?? "", pod.status?.podIP ?? ""];
    return { runtime: this.#runtime, container, sandbox, runtimeId, address };
  }
}
