import type { ContainerRuntime } from "../containers/container-runtime.js";
import { isConfigFailure } from "./container-config-error.js";
import { aboutContainer } from "../controllers/container-field.js";
import type { ControllerContext } from "../controllers/controller.js";
import type { EventRecorder, EventText } from "../controllers/event-recorder.js";
import { keyOf } from "../controllers/object-keys.js";
import type { Container, Pod } from "../controllers/object-kinds.js";
import { configurationProblem, type StartProblem, startProblem } from "../controllers/start-problems.js";
import type { WorkQueue } from "../controllers/work-queue.js";
import type { ContainerRecord } from "./container-record.js";
import { containerSpec, runtimeIdOf } from "./container-spec.js";
import { ownImagesOf } from "./own-images.js";
import { podEvents } from "./pod-events.js";
import { podTitle } from "./volume-files.js";

/** Milliseconds after which a failed pull is told as a back-off, and an unusable setting looked at again. */
const LOOK_AGAIN_MS = 1000;
const CONFIGURATION_AGAIN_MS = 10_000;
/** Exit code a runtime gives to a container whose program cannot be run. */
const CANNOT_RUN = 128;

export interface StarterContext extends Pick<ControllerContext, "api" | "clock" | "logger"> {
  runtime: ContainerRuntime;
  recorder: EventRecorder;
  /** Called when an attempt has begun. */
  onStarted: (pod: Pod, container: Container, record: ContainerRecord) => void;
}

export interface StartTurn {
  pod: Pod;
  address: string;
  queue: WorkQueue;
}

/** Starts containers as soon as nothing keeps them: no missing image, no back-off, nothing wrong with what they name. */
export class ContainerStarter {
  readonly #context: StarterContext;

  constructor(context: StarterContext) {
    this.#context = context;
  }

  /** Leaves in the record what the container is now: running, or waiting for what. */
  async start(turn: StartTurn, container: Container, record: ContainerRecord): Promise<void> {
    if (this.#isInBackoff(turn, record)) return;
    if (!this.#hasImage(turn, container, record)) return;
    const problem = startProblem(
      this.#context.api,
      turn.pod,
      container,
      this.#imageUser(turn.pod, container),
    );
    if (problem === undefined) await this.#begin(turn, container, record);
    else this.#waitFor(turn, record, problem);
  }

  #waitFor(
    { pod, queue }: StartTurn,
    record: ContainerRecord,
    { reason, message, events }: StartProblem,
  ): void {
    const isNew = record.state.waiting?.message !== message;
    record.waits(reason, message);
    if (isNew) for (const text of events) this.#tell(pod, record.name, text);
    queue.addAfter(keyOf(pod), CONFIGURATION_AGAIN_MS);
  }

  #imageUser(pod: Pod, { image = "" }: Container): number | undefined {
    const verdict = this.#context.runtime.image(image, ownImagesOf(this.#context.api, pod));
    return verdict.kind === "runs" ? verdict.user : undefined;
  }

  #isInBackoff({ pod, queue }: StartTurn, record: ContainerRecord): boolean {
    const leftMs = record.hasRun ? record.restarts.leftMs(this.#nowMs()) : 0;
    if (leftMs === 0) return false;
    queue.addAfter(keyOf(pod), leftMs);
    if (record.state.waiting?.reason === "CrashLoopBackOff") return true;
    const title = podTitle(pod);
    const delay = durationText(record.restarts.delayMs);
    record.waits(
      "CrashLoopBackOff",
      `back-off ${delay} restarting failed container=${record.name} pod=${title}`,
    );
    this.#tell(pod, record.name, podEvents.backOff(record.name, title));
    return true;
  }

  #hasImage({ pod, queue }: StartTurn, { image = "" }: Container, record: ContainerRecord): boolean {
    const { api, runtime } = this.#context;
    const verdict = runtime.image(image, ownImagesOf(api, pod));
    if (verdict.kind === "runs") {
      record.imageId = verdict.id;
      return true;
    }
    const why =
      verdict.kind === "missing"
        ? verdict.message
        : `no stand-in of Lectern plays the image ${JSON.stringify(image)}`;
    const leftMs = record.pulls.leftMs(this.#nowMs());
    if (leftMs > 0) {
      queue.addAfter(keyOf(pod), leftMs);
      if (record.state.waiting?.reason === "ImagePullBackOff") return false;
      record.waits(
        "ImagePullBackOff",
        `Back-off pulling image ${JSON.stringify(image)}: ErrImagePull: ${why}`,
      );
      this.#tell(pod, record.name, podEvents.pullBackOff(image));
      this.#tell(pod, record.name, podEvents.failed("ImagePullBackOff"));
      return false;
    }
    record.waits("ErrImagePull", why);
    record.pulls.tried();
    record.pulls.ended(this.#nowMs(), 0);
    this.#tell(pod, record.name, podEvents.pulling(image));
    this.#tell(pod, record.name, podEvents.pullFailed(image, why));
    this.#tell(pod, record.name, podEvents.failed("ErrImagePull"));
    queue.addAfter(keyOf(pod), LOOK_AGAIN_MS);
    return false;
  }

  async #begin(turn: StartTurn, container: Container, record: ContainerRecord): Promise<void> {
    const { pod, address, queue } = turn;
    const { api, runtime, clock } = this.#context;
    const attempt = record.attempt + 1;
    const verdict = runtime.image(container.image ?? "", ownImagesOf(api, pod));
    if (verdict.kind === "runs") this.#tell(pod, record.name, podEvents.pulled(verdict.message));
    const id = runtimeIdOf(pod, container.name, attempt);
    const undo = record.beforeAttempt();
    try {
      const spec = containerSpec(api, pod, container, { attempt, address });
      if (attempt > 0) record.restarts.tried();
      record.began(id, { attempt, image: spec.image, at: clock.now() });
      await runtime.start(spec);
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      if (isConfigFailure(error)) {
        undo();
        return this.#waitFor(turn, record, configurationProblem(message));
      }
      this.#tell(pod, record.name, podEvents.created());
      const nowMs = this.#nowMs();
      const times = { startedMs: nowMs, finishedMs: nowMs };
      record.finished({ container: id, reason: "StartError", ...times, message, exitCode: CANNOT_RUN });
      this.#tell(pod, record.name, podEvents.failed(message));
      queue.add(keyOf(pod));
      return;
    }
    this.#tell(pod, record.name, podEvents.created());
    this.#tell(pod, record.name, podEvents.started());
    this.#forgetOld(pod, record);
    if (record.isRunning) this.#context.onStarted(pod, container, record);
  }

  /** The log of the attempt before can still be asked for, that of earlier ones no more. */
  #forgetOld(pod: Pod, { name, attempt }: ContainerRecord): void {
    if (attempt < 2) return;
    const old = runtimeIdOf(pod, name, attempt - 2);
    this.#context.runtime.removeContainer(old).catch((error: unknown) => {
      this.#context.logger.debug({ err: error, container: old }, "an old container could not be removed");
    });
  }

  #tell(pod: Pod, container: string, text: EventText): void {
    this.#context.recorder.record(pod, aboutContainer(pod, container, text));
  }

  #nowMs(): number {
    return this.#context.clock.now().getTime();
  }
}

/** `10s`, `1m20s`, `5m0s`: as Go prints durations. */
function durationText(milliseconds: number): string {
  const seconds = Math.round(milliseconds / 1000);
  return seconds < 60 ? `${seconds}s` : `${Math.floor(seconds / 60)}m${seconds % 60}s`;
}
