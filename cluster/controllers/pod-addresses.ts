import { POD_NETWORK } from "./simulated-node.js";

const FIRST = 2;
/** Addresses of the pod network, without its first and last. */
const LAST = 65_533;

/** The addresses of simulated pods: each in use once, handed out in turn so that none comes back soon. */
export class PodAddresses {
  readonly #used = new Set<string>();
  #next = FIRST;

  take(address: string): void {
    this.#used.add(address);
  }

  release(address: string): void {
    this.#used.delete(address);
  }

  /** Throws when every address is in use. */
  allocate(): string {
    for (let tries = FIRST; tries <= LAST; tries += 1) {
      const number = this.#next;
      this.#next = number >= LAST ? FIRST : number + 1;
      const address = `${POD_NETWORK}.${number >> 8}.${number & 255}`;
      if (this.#used.has(address)) continue;
      this.#used.add(address);
      return address;
    }
    throw new RangeError(`the pod network ${POD_NETWORK}.0.0/16 has no free address left`);
  }
}
