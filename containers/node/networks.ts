import type { NetworkServices } from "../../cluster/containers/container-runtime.js";
import { type NetworkEnd, SharedNetwork } from "./shared-network.js";

/** The networks that pods share, by name; each is there while something is connected to it. */
export class Networks {
  readonly #open = new Map<string, SharedNetwork>();
  /** What was said of networks, also before the first pod of one. */
  readonly #services = new Map<string, NetworkServices>();
  readonly #report: (line: string) => void;
  /** Why pods cannot be connected on this machine. */
  readonly #missing = SharedNetwork.missing();

  /** `report` gets one line for the log. */
  constructor(report: (line: string) => void) {
    this.#report = report;
    if (this.#missing !== undefined)
      report(`pods reach nothing but themselves: this machine does not connect networks (${this.#missing})`);
  }

  /** Connects a network, in the place of one that had the address before; the way to take it out again. Throws `SystemCallError`. */
  join(name: string, end: NetworkEnd): () => void {
    if (this.#missing !== undefined) return () => undefined;
    let network = this.#open.get(name);
    if (network === undefined) {
      network = SharedNetwork.make(this.#report);
      this.#open.set(name, network);
      const services = this.#services.get(name);
      if (services !== undefined) network.setServices(services);
    }
    try {
      const disconnect = network.connect(end);
      return () => {
        disconnect();
        this.#closeIfEmpty(name);
      };
    } catch (error) {
      this.#closeIfEmpty(name);
      throw error;
    }
  }

  #closeIfEmpty(name: string): void {
    const network = this.#open.get(name);
    if (network?.isEmpty !== true) return;
    network.close();
    this.#open.delete(name);
  }

  setServices(name: string, services: NetworkServices): void {
    if (services.names.length + services.listeners.length === 0) this.#services.delete(name);
    else this.#services.set(name, services);
    this.#open.get(name)?.setServices(services);
  }

  /** Forgets what was said of a network that nobody speaks of any more. */
  forget(name: string): void {
    this.#services.delete(name);
  }

  close(): void {
    for (const network of this.#open.values()) network.close();
    this.#open.clear();
  }
}
