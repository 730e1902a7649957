import { EventEmitter, once } from "node:events";
import { connect, type Socket } from "node:net";
import { type Duplex, PassThrough } from "node:stream";
import { setTimeout as wait } from "node:timers/promises";
import type {
  AttachSpec,
  ContainerExit,
  ContainerRuntime,
  ContainerSpec,
  ExecSpec,
  ImageVerdict,
  LogLine,
  LogOptions,
  NetworkServices,
  RunningProcess,
  SandboxSpec,
  SandboxState,
} from "../../cluster/containers/container-runtime.js";
import { MAX_FRAME_BYTES } from "../../terminal/common/host-frames.js";
import { FrameStream } from "../../terminal/node/frame-stream.js";
import { findImage } from "../images/catalogue.js";
import { DialedConnection } from "./dialed-connection.js";
import { remoteProcess } from "./remote-process.js";
import {
  decodeLine,
  type EventsGreeting,
  type LogEnd,
  type RuntimeAnswer,
  type RuntimeRequest,
  toWire,
} from "./wire.js";

/** How long a containers' process that is being started again is waited for. */
const BACK_MS = 15_000;
const ANSWER_MS = 30_000;
/** Between looks for a process that is not there. */
const AGAIN_MS = 100;
/** What a request says besides what it carries. */
const BOOT_BYTES = 200;
/** Lines of a log that wait for whoever reads it. */
const WAITING_LINES = 256;

type Asked = RuntimeRequest extends infer Each
  ? Each extends RuntimeRequest
    ? Omit<Each, "boot">
    : never
  : never;

/** The containers' process as the cluster sees it; found again whenever it is back. */
export class ConnectedRuntime implements ContainerRuntime {
  readonly #path: string;
  readonly #report: (line: string) => void;
  readonly #events = new EventEmitter();
  readonly #closing = new AbortController();
  /** Of the process that has greeted us and not gone since. */
  #boot: string | undefined;
  #lastBoot: string | undefined;

  /** `path` is that of the process's socket; `report` gets one line for the log. */
  constructor(path: string, report: (line: string) => void) {
    this.#path = path;
    this.#report = report;
    this.#events.setMaxListeners(0);
    void this.#follow();
  }

  image(name: string, ownImages: string | undefined): ImageVerdict {
    const answer = findImage(name, ownImages);
    if (answer.kind !== "runs") return answer;
    const { message, image, isOwn } = answer;
    const user = image.user ?? (isOwn ? undefined : 0);
    return { kind: "runs", message, id: image.id, ...(user !== undefined && { user }) };
  }

  async startSandbox(sandbox: SandboxSpec): Promise<void> {
    await this.#call({ type: "startSandbox", sandbox: toWire(sandbox) });
  }

  async start(container: ContainerSpec): Promise<void> {
    await this.#call({ type: "start", container });
  }

  async exec(container: string, process: ExecSpec): Promise<RunningProcess> {
    return remoteProcess((await this.#ask({ type: "exec", container, process })).stream, process);
  }

  async attach(container: string, process: AttachSpec): Promise<RunningProcess> {
    return remoteProcess((await this.#ask({ type: "attach", container, process })).stream, process);
  }

  async *logs(container: string, { signal, ...options }: LogOptions): AsyncGenerator<LogLine> {
    const { stream } = await this.#ask({ type: "logs", container, options });
    const lines = new PassThrough({ objectMode: true, highWaterMark: WAITING_LINES });
    lines.on("drain", () => stream.resume());
    stream.setHandlers({
      json: (text) => {
        const end = JSON.parse(text) as LogEnd;
        if (end.type === "end") lines.end();
        else lines.destroy(new Error(end.message));
      },
      output: (frame) => {
        if (!lines.write(decodeLine(Buffer.from(frame)))) stream.pause();
      },
      // What there is of it is not all of it.
      closed: (cause) => void (lines.writableEnded || lines.destroy(gone(cause))),
    });
    stream.resume();
    const stop = (): void => void lines.destroy();
    signal?.addEventListener("abort", stop, { once: true });
    if (signal?.aborted) stop();
    try {
      yield* lines as AsyncIterable<LogLine>;
    } catch (error) {
      if (!signal?.aborted) throw error;
    } finally {
      signal?.removeEventListener("abort", stop);
      stream.destroy();
    }
  }

  async dial(sandbox: string, port: number): Promise<Duplex> {
    const { stream, socket } = await this.#ask({ type: "dial", sandbox, port });
    const early = stream.detach();
    if (early.length > 0) socket.unshift(early);
    return new DialedConnection(socket);
  }

  async stop(container: string, graceMs: number): Promise<void> {
    await this.#call({ type: "stop", container, graceMs }, graceMs + ANSWER_MS);
  }

  async removeContainer(container: string): Promise<void> {
    await this.#call({ type: "removeContainer", container });
  }

  async removeSandbox(sandbox: string): Promise<void> {
    await this.#call({ type: "removeSandbox", sandbox });
  }

  async setServices(network: string, services: NetworkServices): Promise<void> {
    await this.#call({ type: "setServices", network, services });
  }

  async list(): Promise<SandboxState[]> {
    return (await this.#call({ type: "list" })) as SandboxState[];
  }

  onExit(listener: (exit: ContainerExit) => void): () => void {
    this.#events.on("exit", listener);
    return () => void this.#events.off("exit", listener);
  }

  onLost(listener: () => void): () => void {
    this.#events.on("lost", listener);
    return () => void this.#events.off("lost", listener);
  }

  /** Lets go of the process, which goes on. */
  close(): void {
    this.#closing.abort();
  }

  /** Listens to the process for as long as there is one, and for the next. */
  async #follow(): Promise<void> {
    const { signal } = this.#closing;
    while (!signal.aborted) {
      try {
        await this.#listen(await this.#dial());
      } catch {
        // It is not there yet, or was just killed.
      }
      await wait(AGAIN_MS, undefined, { signal }).catch(() => undefined);
    }
  }

  async #listen(socket: Socket): Promise<void> {
    let isGreeted = false;
    const end = (): void => void socket.destroy();
    this.#closing.signal.addEventListener("abort", end, { once: true });
    socket.once("end", end);
    await new Promise<void>((resolve) => {
      const stream = new FrameStream(socket, {
        json: (text) => {
          if (isGreeted) return void this.#events.emit("exit", JSON.parse(text) as ContainerExit);
          isGreeted = true;
          this.#greeted(JSON.parse(text) as EventsGreeting);
        },
        closed: () => resolve(),
      });
      stream.json({ type: "events" });
    });
    this.#closing.signal.removeEventListener("abort", end);
    this.#boot = undefined;
  }

  #greeted({ boot, exits }: EventsGreeting): void {
    const isAnother = this.#lastBoot !== undefined && this.#lastBoot !== boot;
    this.#lastBoot = boot;
    this.#boot = boot;
    if (isAnother) {
      this.#report("the containers' process began anew; what ran in it is started again");
      this.#events.emit("lost");
    }
    for (const exit of exits) this.#events.emit("exit", exit);
    this.#events.emit("greeted");
  }

  async #dial(): Promise<Socket> {
    const socket = connect({ path: this.#path, allowHalfOpen: true });
    await once(socket, "connect");
    return socket;
  }

  async #ask(
    request: Asked,
    answerMs = ANSWER_MS,
  ): Promise<{ stream: FrameStream; socket: Socket; value: unknown }> {
    requireRoom(request);
    if (this.#boot === undefined) await this.#back();
    const socket = await this.#dial().catch((error: unknown) => {
      throw gone(error);
    });
    if (request.type !== "dial") socket.once("end", () => socket.destroySoon());
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        socket.destroy();
        reject(new Error(`the containers' process did not answer within ${answerMs / 1000} s`));
      }, answerMs);
      const stream = new FrameStream(socket, {
        json: (text) => {
          clearTimeout(timer);
          const answer = JSON.parse(text) as RuntimeAnswer;
          if (answer.type === "ok") {
            // What follows is for whoever takes the stream over.
            stream.pause();
            return resolve({ stream, socket, value: answer.value });
          }
          socket.destroy();
          reject(new Error(answer.message));
        },
        closed: (error) => {
          clearTimeout(timer);
          reject(gone(error));
        },
      });
      stream.json({ ...request, boot: this.#boot ?? "" });
    });
  }

  async #call(request: Asked, answerMs?: number): Promise<unknown> {
    const { value, socket } = await this.#ask(request, answerMs);
    socket.destroy();
    return value;
  }

  async #back(): Promise<void> {
    try {
      await once(this.#events, "greeted", { signal: AbortSignal.timeout(BACK_MS) });
    } catch (error) {
      throw gone(error);
    }
  }
}

/** What each kind of request carries that may be large, with its verb. */
const CARGO: Partial<Record<Asked["type"], string>> = {
  startSandbox: "the files of the pod's volumes have",
  start: "the variables and arguments of the container have",
  exec: "the command has",
};

/** Throws where the request is larger than a frame, which would end the connection without a word of why. */
function requireRoom(request: Asked): void {
  const cargo = CARGO[request.type];
  if (cargo === undefined) return;
  const bytes = Buffer.byteLength(JSON.stringify(request)) + BOOT_BYTES;
  if (bytes <= MAX_FRAME_BYTES) return;
  const [has, most] = [bytes, MAX_FRAME_BYTES].map((each) => `${(each / 1024 / 1024).toFixed(1)} MiB`);
  throw new Error(`${cargo} ${has} as they are handed over (files in base64), and at most ${most} can be`);
}

function gone(cause?: unknown): Error {
  return new Error("the containers' process does not answer; it is being started again", { cause });
}
