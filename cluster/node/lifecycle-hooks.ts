import { recordAt } from "../api/field-access.js";
import type { ContainerRuntime } from "../containers/container-runtime.js";
import type { EventRecorder } from "../controllers/event-recorder.js";
import type { Container, Pod } from "../controllers/object-kinds.js";
import { performAction } from "./container-action.js";
import type { ContainerRecord } from "./container-record.js";
import { podEvents } from "./pod-events.js";

/** Milliseconds a hook after the start may take; a kubelet waits as long as it lasts. */
const AFTER_START_MS = 300_000;

/** What containers ask to be done after their start and before their end. */
export class LifecycleHooks {
  readonly #runtime: ContainerRuntime;
  readonly #recorder: EventRecorder;

  constructor({ runtime, recorder }: { runtime: ContainerRuntime; recorder: EventRecorder }) {
    this.#runtime = runtime;
    this.#recorder = recorder;
  }

  /** A hook that fails ends the container. */
  afterStart(pod: Pod, container: Container, { runtimeId = "" }: ContainerRecord): void {
    const hook = recordAt(container, "lifecycle.postStart");
    if (hook === undefined) return;
    performAction(this.#target(pod, container, runtimeId), hook, AFTER_START_MS).catch((error: unknown) => {
      this.#recorder.record(pod, podEvents.hookFailed("PostStart", textOf(error)));
      return this.#runtime.stop(runtimeId, 0).catch(() => undefined);
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
    } catch (error) {
      this.#recorder.record(pod, podEvents.hookFailed("PreStop", textOf(error)));
    }
  }

  #target(pod: Pod, container: Container, runtimeId: string): Parameters<typeof performAction>[0] {
    const [sandbox, address] = [pod.metadata.uid ?? "", pod.status?.podIP ?? ""];
    return { runtime: this.#runtime, container, sandbox, runtimeId, address };
  }
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
