import { createServer, type Server, type Socket } from "node:net";
import type { ServiceListener } from "../../cluster/containers/container-runtime.js";

/**
 * Connections that one network may have to services at a time. Each takes two descriptors and at most two buffers of 64 KiB for each
 * direction: what a learner makes us hold is bounded.
 */
const CONNECTIONS = 256;
/** Ports that one network may listen at: each takes a descriptor of a process that all share. */
const LISTENERS = 500;

export interface ServicePlace {
  /** A socket that listens in the network. Throws `SystemCallError`. */
  listenAt: (address: string, port: number) => number;
  /** A connection made in the network to one of its pods, or why there is none. */
  connect: (address: string, port: number) => Promise<Socket | string>;
  report: (line: string) => void;
}

interface Listening {
  server: Server;
  listener: ServiceListener;
  /** Of connections, for the next endpoint in turn. */
  count: number;
}

/** Passes what comes for services of one network on to the pods behind them, in turn. A service without any is not listened for, and so refuses. */
export class ServiceProxy {
  readonly #place: ServicePlace;
  readonly #listening = new Map<string, Listening>();
  readonly #sockets = new Set<Socket>();
  #connections = 0;

  constructor(place: ServicePlace) {
    this.#place = place;
  }

  /** Takes these in the place of those before; connections that are open stay. */
  set(listeners: readonly ServiceListener[]): void {
    const wanted = new Map(
      listeners
        .filter(({ endpoints }) => endpoints.length > 0)
        .slice(0, LISTENERS)
        .map((listener) => [keyOf(listener), listener]),
    );
    for (const [key, { server }] of this.#listening) {
      if (wanted.has(key)) continue;
      server.close();
      this.#listening.delete(key);
    }
    for (const [key, listener] of wanted) {
      const known = this.#listening.get(key);
      if (known === undefined) this.#listen(key, listener);
      else known.listener = listener;
    }
  }

  close(): void {
    for (const { server } of this.#listening.values()) server.close();
    for (const socket of this.#sockets) socket.destroy();
  }

  #listen(key: string, listener: ServiceListener): void {
    let descriptor: number;
    try {
      descriptor = this.#place.listenAt(listener.address, listener.port);
    } catch (error) {
      return this.#place.report(`nobody listens at ${key}: ${(error as Error).message}`);
    }
    const server = createServer({ allowHalfOpen: true, pauseOnConnect: true }, (near) => {
      near.on("error", () => near.destroy());
      if (this.#connections >= CONNECTIONS) return void near.resetAndDestroy();
      this.#connections += 1;
      near.once("close", () => (this.#connections -= 1));
      this.#pass(near, listening).catch((error: unknown) => {
        this.#place.report(`${key}: ${error instanceof Error ? error.message : String(error)}`);
        near.resetAndDestroy();
      });
    });
    const listening = { server, listener, count: 0 };
    server.on("error", (error) => this.#place.report(`${key}: ${error.message}`));
    server.listen({ fd: descriptor });
    this.#listening.set(key, listening);
  }

  async #pass(near: Socket, listening: Listening): Promise<void> {
    this.#keep(near);
    const endpoint = endpointFor(near, listening);
    const far = endpoint
      ? await this.#place.connect(endpoint.address, endpoint.port)
      : "there is none any more";
    if (typeof far === "string") return void near.resetAndDestroy();
    this.#keep(far);
    far.on("error", () => far.destroy());
    far.once("close", (hadError) => (hadError ? near.resetAndDestroy() : near.destroySoon()));
    near.once("close", (hadError) => (hadError ? far.resetAndDestroy() : far.destroySoon()));
    if (near.destroyed) return void far.destroy();
    near.pipe(far);
    far.pipe(near);
  }

  #keep(socket: Socket): void {
    this.#sockets.add(socket);
    socket.once("close", () => this.#sockets.delete(socket));
  }
}

function endpointFor(near: Socket, listening: Listening): ServiceListener["endpoints"][number] | undefined {
  const { endpoints, isSticky } = listening.listener;
  const turn = isSticky ? numberOf(near.remoteAddress ?? "") : listening.count++;
  return endpoints[turn % endpoints.length];
}

/** The last three bytes of an address, by which those of one network differ. */
function numberOf(address: string): number {
  return (
    address
      .split(".")
      .slice(1)
      .reduce((number, byte) => number * 256 + Number(byte), 0) || 0
  );
}

function keyOf({ address, port }: ServiceListener): string {
  return `${address}:${port}`;
}
