import type { Duplex } from "node:stream";
import type { PodOwner } from "./pod-owner.js";

/**
 * Connections that the pods of one owner may have from clients, by port-forward and proxy: a browserful of tools has dozens. Each takes a
 * descriptor and buffers here and in the cluster's process, which all learners share.
 */
export const MOST_CONNECTIONS = 256;

/** Counts what clients hold open to pods, so that one learner leaves the others theirs. */
export class ClientConnections {
  readonly #most: number;
  readonly #open = new Map<string, number>();

  constructor(most = MOST_CONNECTIONS) {
    this.#most = most;
  }

  /** Dials and counts until that has failed or the connection is closed. Throws where the owner's pods have all they may. */
  async dial({ key, words }: PodOwner, dial: () => Promise<Duplex>): Promise<Duplex> {
    const open = this.#open.get(key) ?? 0;
    if (open >= this.#most)
      throw new Error(
        `the pods of ${words} have ${this.#most} connections by port-forward and proxy, which is all they may at once; close some`,
      );
    this.#open.set(key, open + 1);
    try {
      const connection = await dial();
      if (connection.closed) this.#release(key);
      else connection.once("close", () => this.#release(key));
      return connection;
    } catch (error) {
      this.#release(key);
      throw error;
    }
  }

  #release(key: string): void {
    const left = (this.#open.get(key) ?? 1) - 1;
    if (left === 0) this.#open.delete(key);
    else this.#open.set(key, left);
  }
}
