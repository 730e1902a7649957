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

  /** Connects a network; without effect where the machine cannot. Throws `SystemCallError`. */
  join(name: string, end: NetworkEnd): void {
    if (this.#missing !== undefined) return;
    let network = this.#open.get(name);
    if (network === undefined) {
      network = SharedNetwork.make(this.#report);
      this.#open.set(name, network);
      const services = this.#services.get(name);
      if (services !== undefined) network.setServices(services);
    }
    try {
      network.connect(end);
    } catch (error) {
      this.leave(name, end.address);
      throw error;
    }
  }

  leave(name: string, address: string): void {
    const network = this.#open.get(name);
    network?.disconnect(address);
    if (network?.isEmpty !== true) return;
    network.close();
    this.#open.delete(name);
  }

  setServices(name: string, services: NetworkServices): void {
    if (services.names.length + services.listeners.length === 0) this.#services.delete(name);
    else this.#services.set(name, services);
    this.#open.get(name)?.setServices(services);
  }

  close(): void {
    for (const network of this.#open.values()) network.close();
    this.#open.clear();
  }
}
