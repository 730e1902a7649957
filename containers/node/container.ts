import { PassThrough } from "node:stream";
import { setTimeout as wait } from "node:timers/promises";
import type {
  ContainerExit,
  ContainerSpec,
  ContainerState,
  RunningProcess,
} from "../../cluster/containers/container-runtime.js";
import type { ContainerProcess } from "./container-process.js";
import { ContainerLog } from "./container-log.js";
import type { LastWords } from "./last-words.js";
import type { LimitReached } from "./limit-reached.js";
import { FirstOutput } from "./first-output.js";

/** Bytes of log that one container may write in a second, with what each line costs besides; whoever writes more waits. */
const LOG_BYTES_PER_SECOND = 2 * 1024 * 1024;
/** Written at once without waiting, as a program does at its start. */
const LOG_BURST_BYTES = 4 * 1024 * 1024;
/** Bytes that somebody attached may leave unread before the container is let go of. */
const UNREAD_BYTES = 1024 * 1024;
const KILLED = 137;

/** One attempt at a container: its first process, its log and its end. */
export class Container {
  readonly spec: ContainerSpec;
  readonly process: ContainerProcess;
  readonly log = new ContainerLog();
  readonly startedMs = Date.now();
  /** Resolves with how it ended. */
  readonly ended: Promise<ContainerExit>;
  exit: ContainerExit | undefined;
  readonly #attached = new Set<{ stdout: PassThrough; stderr?: PassThrough }>();
  readonly #firstOutput = new FirstOutput();

  /** Both are asked once it has ended. */
  constructor(
    spec: ContainerSpec,
    process: ContainerProcess,
    { limitReached, lastWords }: { limitReached: () => LimitReached; lastWords: LastWords | undefined },
  ) {
    this.spec = spec;
    this.process = process;
    const read = Promise.all([this.#read("stdout"), this.#read("stderr")]);
    this.ended = process.exitCode.then(async (exitCode) => {
      await read;
      this.log.end();
      const met = exitCode === 0 ? undefined : limitReached();
      const message = (await lastWords?.read({ exitCode }, this.log).catch(() => undefined)) ?? met?.message;
      this.exit = {
        container: spec.id,
        exitCode,
        reason:
          exitCode === 0 ? "Completed" : exitCode === KILLED && met?.wasOutOfMemory ? "OOMKilled" : "Error",
        ...(message !== undefined && { message }),
        startedMs: this.startedMs,
        finishedMs: Date.now(),
      };
      for (const streams of this.#attached) endStreams(streams);
      return this.exit;
    });
    // Input that nobody can ever send has ended.
    if (!spec.stdin) process.stdin?.destroy();
  }

  get state(): ContainerState {
    const { id, name, attempt } = this.spec;
    return { id, name, attempt, startedMs: this.startedMs, ...(this.exit && { exit: this.exit }) };
  }

  /**
   * Its streams from now on; whoever goes leaves the container as it is. The first to attach to one that takes input
   * also gets what it wrote until then, so that `kubectl run -i` loses nothing of a program that is faster than kubectl.
   * Throws as containerd does where it has ended and nobody is to be told anything.
   */
  attach(): RunningProcess {
    if (this.exit !== undefined && (!this.spec.stdin || this.#firstOutput.isTaken)) {
      throw new Error("container is in CONTAINER_EXITED state");
    }
    const hasTerminal = this.process.stderr === undefined;
    const streams = { stdout: new PassThrough(), ...(!hasTerminal && { stderr: new PassThrough() }) };
    if (this.spec.stdin)
      for (const { stream, bytes } of this.#firstOutput.take()) streams[stream]?.write(bytes);
    if (this.exit === undefined) this.#attached.add(streams);
    else endStreams(streams);
    const { stdin } = this.process;
    return {
      ...streams,
      ...(stdin && { stdin }),
      resize: (size) => this.process.resize(size),
      exitCode: this.ended.then(({ exitCode }) => exitCode),
      close: () => {
        this.#attached.delete(streams);
        endStreams(streams);
      },
    };
  }

  /** SIGTERM, then SIGKILL after so many milliseconds; resolves when it has ended. */
  async stop(graceMs: number): Promise<void> {
    this.process.kill("SIGTERM");
    const timer = setTimeout(() => this.process.kill("SIGKILL"), graceMs);
    await this.ended;
    clearTimeout(timer);
  }

  async #read(stream: "stdout" | "stderr"): Promise<void> {
    let allowance = LOG_BURST_BYTES;
    let since = performance.now();
    for await (const bytes of (this.process[stream] ?? []) as AsyncIterable<Buffer>) {
      const cost = this.log.append(stream, bytes);
      if (this.spec.stdin) this.#firstOutput.append(stream, bytes);
      for (const streams of this.#attached) this.#passOn(streams, stream, bytes);
      const now = performance.now();
      allowance = Math.min(LOG_BURST_BYTES, allowance + ((now - since) / 1000) * LOG_BYTES_PER_SECOND) - cost;
      since = now;
      if (allowance < 0) await wait((-allowance / LOG_BYTES_PER_SECOND) * 1000);
    }
  }

  #passOn(
    streams: { stdout: PassThrough; stderr?: PassThrough },
    name: "stdout" | "stderr",
    bytes: Buffer,
  ): void {
    const stream = streams[name];
    if (stream === undefined) return;
    stream.write(bytes);
    if (stream.writableLength < UNREAD_BYTES) return;
    this.#attached.delete(streams);
    endStreams(streams);
  }
}

function endStreams({ stdout, stderr }: { stdout: PassThrough; stderr?: PassThrough }): void {
  stdout.end();
  stderr?.end();
}
