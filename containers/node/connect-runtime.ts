import { EventEmitter, once } from "node:events";
import { connect, type Socket } from "node:net";
import type { Duplex } from "node:stream";
import { setTimeout as wait } from "node:timers/promises";
import type {
  AttachSpec,
  ContainerExit,
  ContainerRuntime,
  ContainerSpec,
  DialOptions,
  ExecSpec,
  ImageVerdict,
  LogLine,
  LogOptions,
  NetworkServices,
  RunningProcess,
  SandboxSpec,
  SandboxState,
  VolumeSpec,
} from "../../cluster/containers/container-runtime.js";
import { FrameStream } from "../../terminal/node/frame-stream.js";
import { findImage } from "../images/catalogue.js";
import { aheadBytes, DialedConnection } from "./dialed-connection.js";
import { gone, remoteLog } from "./remote-log.js";
import { remoteProcess } from "./remote-process.js";
import { keyOfCluster } from "./pod-owner.js";
import { type Asked, requireRoom } from "./request-room.js";
import { errorFromWire, type EventsGreeting, type RuntimeAnswer, toWire, volumeToWire } from "./wire.js";

/** How long a containers' process that is being started again is waited for. */
const BACK_MS = 15_000;
const ANSWER_MS = 30_000;
/** Between looks for a process that is not there. */
const AGAIN_MS = 100;

/** The containers' process as the cluster sees it; found again whenever it is back. */
export class ConnectedRuntime implements ContainerRuntime {
  readonly #path: string;
  readonly #cluster: string | undefined;
  readonly #images: string | undefined;
  readonly #report: (line: string) => void;
  readonly #events = new EventEmitter();
  readonly #closing = new AbortController();
  /** Of the process that has greeted us and not gone since. */
  #boot: string | undefined;
  #lastBoot: string | undefined;
  /** Connections into pods that are open. */
  #dialed = 0;
  /** Connections whose request has no answer yet. */
  readonly #asking = new Set<Socket>();

  /**
   * `path` is that of the process's socket; `report` gets one line for the log. `cluster` names a session's own among the clusters that
   * share the process: it sees its own pods alone, which are all in one network. `images` is a list of images, as namespaces carry it, for
   * those that carry none.
   */
  constructor(
    path: string,
    report: (line: string) => void,
    { cluster, images }: { cluster?: string | undefined; images?: string | undefined } = {},
  ) {
    this.#path = path;
    this.#cluster = cluster;
    this.#images = images;
    this.#report = report;
    this.#events.setMaxListeners(0);
    void this.#follow();
  }

  image(name: string, ownImages: string | undefined): ImageVerdict {
    const answer = findImage(name, ownImages ?? this.#images);
    if (answer.kind !== "runs") return answer;
    const { message, image, isOwn } = answer;
    const user = image.user ?? (isOwn ? undefined : 0);
    return { kind: "runs", message, id: image.id, ...(user !== undefined && { user }) };
  }

  async startSandbox(sandbox: SandboxSpec): Promise<void> {
    const network = this.#networkOf(sandbox.network);
    await this.#call({ type: "startSandbox", sandbox: toWire({ ...sandbox, network }) });
  }

  async updateVolumes(sandbox: string, volumes: VolumeSpec[]): Promise<void> {
    await this.#call({ type: "updateVolumes", sandbox, volumes: volumes.map(volumeToWire) });
  }

  async start(container: ContainerSpec): Promise<void> {
    const ownImages = container.ownImages ?? this.#images;
    await this.#call({
      type: "start",
      container: { ...container, ...(ownImages !== undefined && { ownImages }) },
    });
  }

  async exec(container: string, process: ExecSpec): Promise<RunningProcess> {
    return remoteProcess((await this.#ask({ type: "exec", container, process })).stream, process);
  }

  async attach(container: string, process: AttachSpec): Promise<RunningProcess> {
    return remoteProcess((await this.#ask({ type: "attach", container, process })).stream, process);
  }

  async *logs(container: string, { signal, ...options }: LogOptions): AsyncGenerator<LogLine> {
    const { stream } = await this.#ask({ type: "logs", container, options });
    yield* remoteLog(stream, signal);
  }

  async dial(sandbox: string, port: number, options: DialOptions = {}): Promise<Duplex> {
    const { stream, socket } = await this.#ask({ type: "dial", sandbox, port, ...options });
    const early = stream.detach();
    if (early.length > 0) socket.unshift(early);
    this.#dialed += 1;
    socket.once("close", () => (this.#dialed -= 1));
    return new DialedConnection(socket, aheadBytes(this.#dialed));
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
    await this.#call({ type: "setServices", network: this.#networkOf(network), services });
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

  /** Lets go of the process, which goes on; what it was asked and has not answered is given up. */
  close(): void {
    this.#closing.abort();
    for (const socket of this.#asking) socket.destroy();
  }

  get #asker(): { cluster?: string } {
    return this.#cluster === undefined ? {} : { cluster: this.#cluster };
  }

  #networkOf(network: string): string {
    return this.#cluster === undefined ? network : keyOfCluster(this.#cluster);
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
      stream.json({ type: "events", ...this.#asker });
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
    if (this.#closing.signal.aborted) throw gone();
    const socket = await this.#dial().catch((error: unknown) => {
      throw gone(error);
    });
    if (request.type !== "dial") socket.once("end", () => socket.destroySoon());
    this.#asking.add(socket);
    const answered = this.#answer(socket, request, answerMs);
    return answered.finally(() => this.#asking.delete(socket));
  }

  #answer(
    socket: Socket,
    request: Asked,
    answerMs: number,
  ): Promise<{ stream: FrameStream; socket: Socket; value: unknown }> {
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
          reject(errorFromWire(answer));
        },
        closed: (error) => {
          clearTimeout(timer);
          reject(gone(error));
        },
      });
      stream.json({ ...request, ...this.#asker, boot: this.#boot ?? "" });
    });
  }

  async #call(request: Asked, answerMs?: number): Promise<unknown> {
    const { value, socket } = await this.#ask(request, answerMs);
    socket.destroy();
    return value;
  }

  async #back(): Promise<void> {
    const late = { signal: AbortSignal.timeout(BACK_MS) };
    try {
      await Promise.race([
        once(this.#events, "greeted", late),
        once(this.#closing.signal, "abort", late).then(() => Promise.reject(gone())),
      ]);
    } catch (error) {
      throw gone(error);
    }
  }
}
