import { closeSync, writeFileSync } from "node:fs";
import type { Duplex } from "node:stream";
import { addLoopbackAddress, newNetwork } from "../../terminal/node/sandbox/libc.js";
import { connectInside, visit } from "./visit-network.js";

/** Lets every account in the network listen at every port, as root in a container expects. */
const FIRST_FREE_PORT = "/proc/sys/net/ipv4/ip_unprivileged_port_start";

/** The network of one pod: `lo`, with the pod's address beside 127.0.0.1, and nothing that leads out until it is connected to others. */
export class PodNetwork {
  readonly descriptor: number;
  readonly #addresses: readonly string[];
  #users = 0;
  #isClosed = false;

  private constructor(descriptor: number, address: string) {
    this.descriptor = descriptor;
    this.#addresses = ["127.0.0.1", address];
  }

  /** Throws `SystemCallError`. */
  static make(address: string): PodNetwork {
    let descriptor: number | undefined;
    try {
      descriptor = visit(() => {
        descriptor = newNetwork();
        addLoopbackAddress(address, 1);
        writeFileSync(FIRST_FREE_PORT, "0");
        return descriptor;
      });
      return new PodNetwork(descriptor, address);
    } catch (error) {
      if (descriptor !== undefined) closeSync(descriptor);
      throw error;
    }
  }

  /** For programs of this machine, while it is held. */
  get path(): string {
    return `/proc/${process.pid}/fd/${this.descriptor}`;
  }

  /**
   * Keeps the network from being closed until the work is done: the number of a closed descriptor is soon another pod's network. Rejects
   * where it is closed.
   */
  async whileOpen<Result>(work: () => Promise<Result>): Promise<Result> {
    if (this.#isClosed) throw new Error("the pod's network is closed");
    this.#users += 1;
    try {
      return await work();
    } finally {
      this.#users -= 1;
      if (this.#isClosed && this.#users === 0) closeSync(this.descriptor);
    }
  }

  /** A connection to what listens at the port, by `localhost` or the pod's address. Rejects where nothing does. */
  dial(port: number): Promise<Duplex> {
    return this.whileOpen(async () => {
      let reason = "";
      for (const address of this.#addresses) {
        const connection = await connectInside(this.descriptor, address, port);
        if (typeof connection !== "string") return connection;
        reason = connection;
      }
      throw new Error(`dial tcp4 127.0.0.1:${port}: connect: ${reason}`);
    });
  }

  /** Lets go of it; once nobody uses it any more it is gone. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    if (this.#users === 0) closeSync(this.descriptor);
  }
}
