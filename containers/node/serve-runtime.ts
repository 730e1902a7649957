import { randomUUID } from "node:crypto";
import { chmodSync } from "node:fs";
import { createServer, type Server, type Socket } from "node:net";
import type { Duplex, Readable } from "node:stream";
import type { RunningProcess } from "../../cluster/containers/container-runtime.js";
import { FrameStream } from "../../terminal/node/frame-stream.js";
import type { JoinRequest } from "../../terminal/node/sandbox/pod-membership.js";
import { claimSocket } from "../../terminal/node/socket-path.js";
import { carryConnection } from "./carry-connection.js";
import { joinShells } from "./join-shells.js";
import type { SandboxRuntime } from "./sandbox-runtime.js";
import {
  encodeLine,
  errorToWire,
  type EventsGreeting,
  type EventsRequest,
  type RemoveClusterRequest,
  fromWire,
  volumeFromWire,
  type LogEnd,
  type ProcessEvent,
  type ProcessInput,
  type RuntimeAnswer,
  type RuntimeRequest,
  sandboxOf,
  STDERR,
  STDOUT,
} from "./wire.js";

/** Of output in one frame. */
const PIECE_BYTES = 256 * 1024;

/**
 * Serves the runtime on a unix socket that only this account can open; resolves with what stops it. Throws TERMINAL_SOCKET_UNUSABLE where
 * somebody else made the socket's folder, TERMINAL_HOST_RUNNING where another process answers there.
 */
export async function serveRuntime(runtime: SandboxRuntime, path: string): Promise<() => void> {
  await claimSocket(path);
  const boot = randomUUID();
  const sockets = new Set<Socket>();
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket));
    serveConnection(runtime, boot, socket);
  });
  await listen(server, path);
  return () => {
    server.close();
    for (const socket of sockets) socket.destroy();
  };
}

function serveConnection(runtime: SandboxRuntime, boot: string, socket: Socket): RuntimeConnection {
  return new RuntimeConnection(runtime, boot, socket);
}

/** The umask makes the socket private from its first moment. */
async function listen(server: Server, path: string): Promise<void> {
  const before = process.umask(0o177);
  try {
    await new Promise<void>((resolve, reject) => {
      server.once("error", reject);
      server.listen(path, resolve);
    });
  } finally {
    process.umask(before);
  }
  chmodSync(path, 0o600);
}

/** One request and what comes of it. */
class RuntimeConnection {
  readonly #runtime: SandboxRuntime;
  readonly #boot: string;
  readonly #socket: Socket;
  readonly #stream: FrameStream;
  readonly #gone = new AbortController();
  readonly #end = (): void => void this.#socket.destroy();

  constructor(runtime: SandboxRuntime, boot: string, socket: Socket) {
    this.#runtime = runtime;
    this.#boot = boot;
    this.#socket = socket;
    // Only a connection into a pod may be closed by halves.
    socket.once("end", this.#end);
    this.#stream = new FrameStream(socket, {
      json: (text) => void this.#begin(text),
      gone: () => this.#gone.abort(),
    });
  }

  async #begin(text: string): Promise<void> {
    this.#stream.setHandlers({ json: () => undefined, gone: () => this.#gone.abort() });
    // Input that follows at once is for what is about to be started.
    this.#stream.pause();
    const request = JSON.parse(text) as RuntimeRequest | EventsRequest | JoinRequest | RemoveClusterRequest;
    if (request.type === "events") return this.#tellEvents(request);
    try {
      if (request.type === "join") return this.#connectShells(request);
      if (request.type === "removeCluster") return await this.#removeCluster(request);
      if (request.boot !== this.#boot) throw new Error("the containers' process began anew meanwhile");
      await this.#serve(request);
    } catch (error) {
      this.#answer(errorToWire(error));
      this.#stream.resume();
      this.#stream.end();
    }
  }

  /** For as long as the connection lasts. */
  #connectShells({ network, path }: JoinRequest): void {
    if (this.#gone.signal.aborted) return;
    const leave = joinShells(this.#runtime.networks, network, path);
    this.#gone.signal.addEventListener("abort", leave);
    this.#answer({ type: "ok" });
    this.#stream.resume();
  }

  async #removeCluster({ cluster }: RemoveClusterRequest): Promise<void> {
    await this.#runtime.removeCluster(cluster);
    this.#answer({ type: "ok" });
    this.#stream.resume();
    this.#stream.end();
  }

  async #serve(request: RuntimeRequest): Promise<void> {
    const runtime = this.#runtime;
    const sandbox = sandboxOf(request);
    if (sandbox !== undefined) runtime.requireOwn(sandbox, request.cluster);
    switch (request.type) {
      case "exec":
        return this.#relay(await runtime.exec(request.container, request.process));
      case "attach":
        return this.#relay(await runtime.attach(request.container));
      case "logs":
        return this.#sendLog(request);
      case "dial":
        return this.#join(await runtime.dial(request.sandbox, request.port, request));
      default:
        this.#answer({ type: "ok", value: await this.#call(request) });
        this.#stream.resume();
        this.#stream.end();
    }
  }

  async #call(request: RuntimeRequest): Promise<unknown> {
    const runtime = this.#runtime;
    if (request.type === "startSandbox")
      return runtime.startSandbox(fromWire(request.sandbox), request.cluster);
    if (request.type === "updateVolumes")
      return runtime.updateVolumes(request.sandbox, request.volumes.map(volumeFromWire));
    if (request.type === "start") return runtime.start(request.container);
    if (request.type === "stop") return runtime.stop(request.container, request.graceMs);
    if (request.type === "removeContainer") return runtime.removeContainer(request.container);
    if (request.type === "removeSandbox") return runtime.removeSandbox(request.sandbox);
    if (request.type === "setServices")
      return runtime.networks.setServices(request.network, request.services);
    if (request.type === "list") return runtime.list(request.cluster);
    throw new Error(`there is no request ${JSON.stringify(request.type)}`);
  }

  async #tellEvents({ cluster }: EventsRequest): Promise<void> {
    const early: object[] = [];
    let tell = (exit: object): void => void early.push(exit);
    const stop = this.#runtime.onExit((exit) => tell(exit), cluster);
    this.#gone.signal.addEventListener("abort", stop);
    const pods = await this.#runtime.list(cluster);
    const exits = pods.flatMap(({ containers }) => containers.flatMap(({ exit }) => exit ?? []));
    this.#stream.resume();
    this.#stream.json({ boot: this.#boot, exits } satisfies EventsGreeting);
    tell = (exit) => this.#stream.json(exit);
    for (const exit of early) tell(exit);
  }

  async #relay(process: RunningProcess): Promise<void> {
    const stream = this.#stream;
    const close = (): void => process.close();
    this.#gone.signal.addEventListener("abort", close);
    if (this.#gone.signal.aborted) close();
    const { stdin } = process;
    stdin?.on("error", () => undefined);
    stdin?.on("drain", () => stream.resume());
    stdin?.on("close", () => stream.resume());
    stream.setHandlers({
      json: (text) => {
        const input = JSON.parse(text) as ProcessInput;
        if (input.type === "resize") process.resize(input);
        else stdin?.end();
      },
      output: (bytes) => {
        if (stdin?.writable && !stdin.write(Buffer.from(bytes))) stream.pause();
      },
      gone: () => this.#gone.abort(),
    });
    stream.resume();
    this.#answer({ type: "ok" });
    const outputs = [this.#send(STDOUT, process.stdout), this.#send(STDERR, process.stderr)];
    const [exitCode] = await Promise.all([process.exitCode, ...outputs]);
    stream.json({ type: "exit", exitCode } satisfies ProcessEvent);
    stream.resume();
    stream.end();
  }

  async #send(kind: number, from: Readable | undefined): Promise<void> {
    if (from === undefined) return;
    try {
      for await (const bytes of from as AsyncIterable<Buffer>) {
        for (let at = 0; at < bytes.length; at += PIECE_BYTES)
          this.#stream.output(Buffer.concat([Buffer.of(kind), bytes.subarray(at, at + PIECE_BYTES)]));
        await this.#stream.drained();
      }
    } catch {
      // Somebody has let go of it; how the process ends is told all the same.
    }
  }

  async #sendLog({ container, options }: Extract<RuntimeRequest, { type: "logs" }>): Promise<void> {
    this.#stream.resume();
    this.#answer({ type: "ok" });
    const lines = this.#runtime.logs(container, { ...options, signal: this.#gone.signal });
    try {
      for await (const line of lines) {
        this.#stream.output(encodeLine(line));
        await this.#stream.drained();
      }
      this.#stream.json({ type: "end" } satisfies LogEnd);
    } catch (error) {
      const message = (error as Error).message;
      if (!this.#gone.signal.aborted) this.#stream.json({ type: "error", message } satisfies LogEnd);
    }
    this.#stream.end();
  }

  #join(inside: Duplex): void {
    this.#answer({ type: "ok" });
    this.#socket.off("end", this.#end);
    const early = this.#stream.detach();
    if (early.length > 0) inside.write(early);
    carryConnection(this.#socket, inside);
  }

  #answer(answer: RuntimeAnswer): void {
    this.#stream.json(answer);
  }
}
