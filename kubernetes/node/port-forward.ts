import { Duplex } from "node:stream";
import type { KubeConfig } from "@kubernetes/client-node";
import { WebSocket } from "ws";
import { withCredentials } from "./credentials.js";

/** The API server's protocol: the first byte of a message is its channel, data on 0 and complaints on 1. */
const PROTOCOL = "v4.channel.k8s.io";
const DATA = 0;
/** The first message of each channel is the port, except for a complaint that comes before it. */
const PORT_BYTES = 2;
/** Bytes that may wait for the API server before whoever writes has to. */
const QUEUE_BYTES = 1024 * 1024;
/** Bytes that are read ahead of whoever takes them. */
const AHEAD_BYTES = 256 * 1024;
const MAX_MESSAGE_BYTES = 16 * 1024 * 1024;

/**
 * Carries a connection to a pod's port through the API server, one WebSocket for each. The library's PortForward reads and writes as
 * fast as it can, whoever is slow; a learner's flood would fill the server's memory.
 */
export function portForwardTransport(
  config: KubeConfig,
  path: string,
  port: number,
): (signal: AbortSignal) => Promise<Duplex> {
  return async (signal) => {
    const cluster = config.getCurrentCluster();
    if (!cluster) throw new Error("the kubeconfig has no current cluster");
    const options = { maxPayload: MAX_MESSAGE_BYTES, perMessageDeflate: false };
    await withCredentials(config, () => config.applyToHTTPSOptions(options), signal);
    signal.throwIfAborted();
    const url = `${cluster.server.replace(/^http/, "ws").replace(/\/$/, "")}${path}/portforward?ports=${port}`;
    const socket = new WebSocket(url, PROTOCOL, options);
    const late = (): void => socket.terminate();
    signal.addEventListener("abort", late, { once: true });
    try {
      await new Promise<void>((resolve, reject) => {
        socket.once("open", resolve);
        socket.once("error", reject);
        socket.once("close", () => reject(new Error("the API server did not forward the port")));
      });
    } finally {
      signal.removeEventListener("abort", late);
    }
    socket.removeAllListeners();
    return new ForwardedPort(socket);
  };
}

class ForwardedPort extends Duplex {
  readonly #socket: WebSocket;
  readonly #begun = new Set<number>();

  constructor(socket: WebSocket) {
    super({
      allowHalfOpen: false,
      readableHighWaterMark: AHEAD_BYTES,
      writableHighWaterMark: QUEUE_BYTES,
    });
    this.#socket = socket;
    socket.on("message", (message: Buffer) => this.#receive(message));
    socket.on("error", (error) => this.destroy(error));
    // What was read before stays to be read.
    socket.on("close", () => this.push(null));
  }

  override _read(): void {
    if (this.#socket.isPaused) this.#socket.resume();
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    this.#socket.send(Buffer.concat([Buffer.of(DATA), chunk]), { binary: true }, (error) =>
      done(error ?? null),
    );
  }

  override _final(done: () => void): void {
    this.#socket.close();
    done();
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.#socket.terminate();
    done(error);
  }

  #receive(message: Buffer): void {
    const channel = message[0] ?? DATA;
    const bytes = message.subarray(1);
    const isPort = !this.#begun.has(channel) && bytes.length === PORT_BYTES;
    this.#begun.add(channel);
    if (isPort || bytes.length === 0) return;
    if (channel !== DATA) return void this.destroy(new Error(bytes.toString("utf8").trim()));
    if (!this.push(bytes)) this.#socket.pause();
  }
}
