import { closeSync, openSync, writeFileSync } from "node:fs";
import { Socket } from "node:net";
import type { Duplex } from "node:stream";
import { setTimeout as wait } from "node:timers/promises";
import {
  addLoopbackAddress,
  connectionState,
  beginToConnect,
  enterNetwork,
  newNetwork,
} from "../../terminal/node/sandbox/libc.js";

/** How long a port in a pod may take to answer, as a full queue of connections makes it. */
const CONNECT_MS = 5_000;
const LOOK_MS = 5;
/** Lets every account in the network listen at every port, as root in a container expects. */
const FIRST_FREE_PORT = "/proc/sys/net/ipv4/ip_unprivileged_port_start";

let home: number | undefined;

/** The network of one pod: `lo`, with the pod's address beside 127.0.0.1, and nothing that leads out. */
export class PodNetwork {
  readonly #descriptor: number;
  readonly #addresses: readonly string[];

  private constructor(descriptor: number, address: string) {
    this.#descriptor = descriptor;
    this.#addresses = ["127.0.0.1", address];
  }

  /** Throws `SystemCallError`. */
  static make(address: string): PodNetwork {
    let descriptor: number | undefined;
    try {
      descriptor = visit(() => {
        const made = newNetwork();
        addLoopbackAddress(address, 1);
        writeFileSync(FIRST_FREE_PORT, "0");
        return made;
      });
      return new PodNetwork(descriptor, address);
    } catch (error) {
      if (descriptor !== undefined) closeSync(descriptor);
      throw error;
    }
  }

  /** For programs of this machine; of this process. */
  get path(): string {
    return `/proc/${process.pid}/fd/${this.#descriptor}`;
  }

  /** A connection to what listens at the port, by `localhost` or the pod's address. Rejects where nothing does. */
  async dial(port: number): Promise<Duplex> {
    let reason = "";
    for (const address of this.#addresses) {
      const descriptor = visit(() => {
        enterNetwork(this.#descriptor);
        return beginToConnect(address, port);
      });
      const state = await connected(descriptor);
      if (state === "connected")
        return new Socket({ fd: descriptor, allowHalfOpen: true, readable: true, writable: true });
      closeSync(descriptor);
      reason = state;
    }
    throw new Error(`dial tcp4 127.0.0.1:${port}: connect: ${reason}`);
  }

  close(): void {
    closeSync(this.#descriptor);
  }
}

async function connected(descriptor: number): Promise<string> {
  const deadline = performance.now() + CONNECT_MS;
  for (;;) {
    const state = connectionState(descriptor);
    if (state !== "connecting") return state;
    if (performance.now() > deadline) return "i/o timeout";
    await wait(LOOK_MS);
  }
}

/** Runs something that moves this thread to another network, and comes back; without a way back this process is of no use any more. */
function visit<Result>(work: () => Result): Result {
  home ??= openSync("/proc/thread-self/ns/net", "r");
  try {
    return work();
  } finally {
    try {
      enterNetwork(home);
    } catch (error) {
      process.stderr.write(`the way back from a pod's network is lost: ${String(error)}\n`);
      process.exit(1);
    }
  }
}
