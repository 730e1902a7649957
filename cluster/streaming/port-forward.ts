import type { Duplex } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createWebSocketStream } from "ws";
import type { ContainerRuntime } from "../containers/container-runtime.js";
import type { Call } from "../http/call.js";
import { badRequest } from "../api/status.js";
import { requireRealPod } from "./container-target.js";
import { SpdyConnection } from "./spdy/spdy-connection.js";
import type { SpdyStream } from "./spdy/spdy-stream.js";

import { forwardOverChannels, namedPorts } from "./websocket-port-forward.js";
import { acceptSpdy, acceptWebSocket, wantedUpgrade } from "./upgrade.js";

const FORWARD_PROTOCOL = "portforward.k8s.io";
/** SPDY inside the messages of a WebSocket, as kubectl does from 1.31 on. */
const TUNNEL_PROTOCOL = "SPDY/3.1+portforward.k8s.io";
/** Channels for the ports that the query names, as other clients do. */
const CHANNEL_PROTOCOL = "v4.channel.k8s.io";
/** Bytes that wait for the client before a pod is read no more. */
const AHEAD_BYTES = 256 * 1024;
/** Milliseconds in which both streams of a connection must have been opened, as a kubelet gives them. */
const PAIR_DEADLINE_MS = 30_000;

/** Serves `pods/NAME/portforward`: any number of TCP connections into the pod, over one connection. */
export async function forwardPorts(call: Call, runtime: ContainerRuntime): Promise<void> {
  const pod = requireRealPod(call, runtime, "there is no port to forward to");
  const { phase } = pod.status ?? {};
  if (phase !== "Running")
    throw badRequest(
      `unable to forward port because pod is not running. Current status=${phase ?? "Pending"}`,
    );
  const dial = (port: number): Promise<Duplex> => runtime.dial(pod.metadata.uid ?? "", port);
  let transport: Duplex;
  if (wantedUpgrade(call) === "spdy") transport = acceptSpdy(call, [FORWARD_PROTOCOL]);
  else {
    const client = await acceptWebSocket(call, [TUNNEL_PROTOCOL, CHANNEL_PROTOCOL]);
    if (client.protocol !== TUNNEL_PROTOCOL) return forwardOverChannels(client, namedPorts(call), dial);
    transport = createWebSocketStream(client, { writableHighWaterMark: AHEAD_BYTES });
  }
  transport.on("error", () => transport.destroy());
  await new PortForwarder(transport, dial).serve();
}

interface Pair {
  error?: SpdyStream;
  data?: SpdyStream;
  timer: NodeJS.Timeout;
}

/** Pairs the streams of each forwarded connection, one for data and one for what goes wrong, by the client's request id. */
class PortForwarder {
  readonly #pairs = new Map<string, Pair>();
  readonly #connection: SpdyConnection;
  readonly #dial: (port: number) => Promise<Duplex>;

  constructor(transport: Duplex, dial: (port: number) => Promise<Duplex>) {
    this.#dial = dial;
    this.#connection = new SpdyConnection(transport, { onStream: (stream) => this.#take(stream) });
  }

  async serve(): Promise<void> {
    await this.#connection.serve();
    for (const { timer } of this.#pairs.values()) clearTimeout(timer);
    this.#pairs.clear();
  }

  #take(stream: SpdyStream): void {
    const id = stream.headers.get("requestid") ?? "";
    const type = stream.headers.get("streamtype");
    if (type !== "error" && type !== "data") return void stream.destroy();
    const pair: Pair = this.#pairs.get(id) ?? { timer: setTimeout(() => this.#giveUp(id), PAIR_DEADLINE_MS) };
    pair[type]?.destroy();
    pair[type] = stream;
    this.#pairs.set(id, pair);
    const { error, data } = pair;
    if (error === undefined || data === undefined) return;
    clearTimeout(pair.timer);
    this.#pairs.delete(id);
    void this.#forward(error, data);
  }

  #giveUp(id: string): void {
    const pair = this.#pairs.get(id);
    this.#pairs.delete(id);
    pair?.error?.destroy();
    pair?.data?.destroy();
  }

  async #forward(error: SpdyStream, data: SpdyStream): Promise<void> {
    const port = Number(data.headers.get("port"));
    try {
      if (!Number.isInteger(port) || port < 1 || port > 65_535)
        throw new RangeError(`${JSON.stringify(data.headers.get("port"))} is not a valid port`);
      const socket = await this.#dial(port);
      await joined(data, socket);
    } catch (failure) {
      // What ends a connection that has been made is told by its end; the client asks for nothing more then.
      if (!error.destroyed && !data.destroyed)
        error.write(`error forwarding port ${port} to pod: ${textOf(failure)}`);
      data.destroy();
    } finally {
      error.resume();
      if (!error.destroyed) error.end(() => error.destroy());
    }
  }
}

/** Resolves when both directions have ended. */
async function joined(left: Duplex, right: Duplex): Promise<void> {
  await Promise.all([pipeline(left, right), pipeline(right, left)]);
}

function textOf(failure: unknown): string {
  return failure instanceof Error ? failure.message : String(failure);
}
