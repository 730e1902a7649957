import type { ContainerExit } from "../containers/container-runtime.js";
import { timestampOf } from "../controllers/clock.js";
import type { Container, ContainerState, ContainerStatus } from "../controllers/object-kinds.js";

/** First and longest wait before a container that ended is started again, and before an image is looked for again. */
const BACKOFF_BASE_MS = 10_000;
const BACKOFF_MAX_MS = 300_000;
/** A container that ran as long as this begins again with the first wait. */
const BACKOFF_RESET_MS = 2 * BACKOFF_MAX_MS;
const ID_SCHEME = "lectern://";

/** How long the next try has to wait; doubles with each. */
export class Backoff {
  #delayMs = 0;
  #dueMs = 0;

  get delayMs(): number {
    return this.#delayMs;
  }

  /** Milliseconds left at `nowMs`. */
  leftMs(nowMs: number): number {
    return Math.max(0, this.#dueMs - nowMs);
  }

  /** Something ended at `endedMs`, having lasted `lastedMs`: what follows waits from then on. */
  ended(endedMs: number, lastedMs: number): void {
    if (lastedMs > BACKOFF_RESET_MS) this.#delayMs = 0;
    this.#dueMs = endedMs + this.#delayMs;
  }

  /** Returns the way back to what it is now. */
  remember(): () => void {
    const [delayMs, dueMs] = [this.#delayMs, this.#dueMs];
    return () => {
      this.#delayMs = delayMs;
      this.#dueMs = dueMs;
    };
  }

  /** A try is being made. */
  tried(): void {
    this.#delayMs = this.#delayMs === 0 ? BACKOFF_BASE_MS : Math.min(this.#delayMs * 2, BACKOFF_MAX_MS);
  }
}

/** What is known of one container of a pod that really runs. */
export class ContainerRecord {
  readonly name: string;
  readonly restarts = new Backoff();
  readonly pulls = new Backoff();
  /** Number of the attempt that ran last; -1 before the first. */
  attempt = -1;
  state: ContainerState;
  lastState: ContainerState = {};
  /** Of the attempt that ran last. */
  runtimeId: string | undefined;
  imageId = "";
  /** As the pod named it when the attempt began. */
  image: string | undefined;
  /** Whether the attempt that runs is being ended. */
  isEnding = false;
  isStarted = false;
  isReady = false;
  /** Stops the probes of the attempt that runs. */
  stopProbes: () => void = () => undefined;

  constructor({ name }: Container, waitsFor: string) {
    this.name = name;
    this.state = { waiting: { reason: waitsFor } };
  }

  get isRunning(): boolean {
    return this.state.running !== undefined;
  }

  get hasRun(): boolean {
    return this.attempt >= 0;
  }

  /** How the last attempt ended, where none runs. */
  get ended(): ContainerState["terminated"] {
    return this.state.terminated ?? (this.isRunning ? undefined : this.lastState.terminated);
  }

  /** Returns the way back to what is known now, for an attempt that is not begun after all. */
  beforeAttempt(): () => void {
    const { attempt, state, lastState, runtimeId, image, isStarted, isReady, isEnding } = this;
    const forgetTry = this.restarts.remember();
    return () => {
      Object.assign(this, { attempt, state, lastState, runtimeId, image, isStarted, isReady, isEnding });
      forgetTry();
    };
  }

  began(runtimeId: string, { attempt, image, at }: { attempt: number; image: string; at: Date }): void {
    if (this.ended !== undefined) this.lastState = { terminated: this.ended };
    this.state = { running: { startedAt: timestampOf(at) } };
    Object.assign(this, { runtimeId, attempt, image, isStarted: false, isReady: false, isEnding: false });
  }

  /** Also called with how it ended before it began, where it could not be started. */
  finished({ exitCode, reason, startedMs, finishedMs, message }: ContainerExit): void {
    this.stopProbes();
    this.state = {
      terminated: {
        exitCode,
        reason,
        ...(message !== undefined && { message }),
        startedAt: timestampOf(new Date(startedMs)),
        finishedAt: timestampOf(new Date(finishedMs)),
        ...(this.runtimeId !== undefined && { containerID: containerIdOf(this.runtimeId) }),
      },
    };
    this.isStarted = false;
    this.isReady = false;
    this.restarts.ended(finishedMs, finishedMs - startedMs);
  }

  waits(reason: string, message?: string): void {
    if (this.state.terminated !== undefined) this.lastState = { terminated: this.state.terminated };
    this.state = { waiting: { reason, ...(message !== undefined && { message }) } };
  }

  status(image: string): ContainerStatus {
    return {
      name: this.name,
      image,
      imageID: this.imageId,
      ready: this.isReady,
      started: this.isStarted,
      restartCount: Math.max(0, this.attempt),
      state: this.state,
      lastState: this.lastState,
      ...(this.runtimeId !== undefined && { containerID: containerIdOf(this.runtimeId) }),
    };
  }
}

function containerIdOf(runtimeId: string): string {
  return `${ID_SCHEME}${runtimeId}`;
}

/** What the runtime calls the container of a `containerID`. */
export function runtimeIdIn(containerId: string): string {
  return containerId.slice(ID_SCHEME.length);
}
