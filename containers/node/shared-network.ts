import { closeSync, writeFileSync } from "node:fs";
import type { NetworkServices } from "../../cluster/containers/container-runtime.js";
import { bindDatagramsAt, enterNetwork, listenAt, newNetwork } from "../../terminal/node/sandbox/libc.js";
import {
  addAddress,
  addLinkPair,
  addRoute,
  removeLink,
  setLinkUp,
} from "../../terminal/node/sandbox/netlink.js";
import { IngressServer } from "./ingress-server.js";
import { NameServer } from "./name-server.js";
import { ServiceProxy, type ServicePlace } from "./service-proxy.js";
import { connectInside, visit } from "./visit-network.js";

/** Of the network itself, as the pods see it. */
const GATEWAY = "10.244.0.1";
const NODE = "192.0.2.1";
const SERVICES = "10.96.0.0/16";
const PODS = "10.244.0.0/16";
export const NAME_SERVER = "10.96.0.10";
const NAME_PORT = 53;
const FORWARDING = "/proc/sys/net/ipv4/ip_forward";
/** Says how often somebody is told that there is no way; whoever is told late waits for seconds. */
const REFUSAL_PAUSE = "/proc/sys/net/ipv4/icmp_ratelimit";

/** Connections that are being made at the same time: whoever asked for one may be gone, and it takes a descriptor of a process that all share for seconds. */
const CONNECTING = 256;

/** Another network that is to be connected: its descriptor, its address here, and what its end is called there. */
export interface NetworkEnd {
  descriptor: number;
  address: string;
  link: string;
}

/**
 * What the pods of one network are connected to: a network of its own between theirs, which passes packets from pod to pod, and in
 * which the addresses of services are. It leads nowhere else.
 */
export class SharedNetwork {
  readonly #descriptor: number;
  readonly #proxy: ServiceProxy;
  readonly #ingress: IngressServer;
  readonly #names: NameServer;
  /** Names of links here, by address. */
  readonly #links = new Map<string, string>();
  #count = 0;
  /** How many connections are being made. */
  #connecting = 0;
  #isClosed = false;

  private constructor(descriptor: number, names: number, report: (line: string) => void) {
    this.#descriptor = descriptor;
    this.#names = new NameServer(names);
    const place: ServicePlace = {
      listenAt: (address, port) => this.#inside(() => listenAt(address, port)),
      connect: (address, port) => this.#connect(address, port),
      report,
    };
    this.#proxy = new ServiceProxy(place);
    this.#ingress = new IngressServer(place);
  }

  /** `report` gets one line for the log. Throws `SystemCallError` where the machine cannot connect networks. */
  static make(report: (line: string) => void): SharedNetwork {
    return visit(() => {
      const descriptor = newNetwork();
      try {
        for (const address of [GATEWAY, NODE]) addAddress("lo", address);
        addRoute({ destination: SERVICES, link: "lo", isLocal: true });
        writeFileSync(FORWARDING, "1");
        writeFileSync(REFUSAL_PAUSE, "0");
        return new SharedNetwork(descriptor, bindDatagramsAt(NAME_SERVER, NAME_PORT), report);
      } catch (error) {
        closeSync(descriptor);
        throw error;
      }
    });
  }

  /** Why networks cannot be connected on this machine; `undefined` where they can. */
  static missing(): string | undefined {
    try {
      const network = SharedNetwork.make(() => undefined);
      const other = visit(newNetwork);
      try {
        network.connect({ descriptor: other, address: "10.244.255.253", link: "eth0" });
      } finally {
        closeSync(other);
        network.close();
      }
      return undefined;
    } catch (error) {
      return (error as Error).message;
    }
  }

  /** Connects another network, in the place of one that had the address before; the way to take it out again. Throws `SystemCallError`. */
  connect({ descriptor, address, link }: NetworkEnd): () => void {
    const before = this.#links.get(address);
    if (before !== undefined) this.#disconnect(address, before);
    const name = `to${(this.#count += 1)}`;
    this.#inside(() => addLinkPair(name, { name: link, network: descriptor }));
    this.#links.set(address, name);
    try {
      this.#inside(() => {
        setLinkUp(name);
        addRoute({ destination: address, link: name, source: GATEWAY });
      });
      visit(() => {
        enterNetwork(descriptor);
        addAddress(link, address);
        setLinkUp(link);
        addRoute({ destination: GATEWAY, link, source: address });
        // No other: what is elsewhere is unreachable at once.
        for (const destination of [PODS, SERVICES, NODE])
          addRoute({ destination, link, gateway: GATEWAY, source: address });
      });
    } catch (error) {
      this.#disconnect(address, name);
      throw error;
    }
    return () => this.#disconnect(address, name);
  }

  get isEmpty(): boolean {
    return this.#links.size === 0;
  }

  #disconnect(address: string, name: string): void {
    // Another may have taken its place.
    if (this.#isClosed || this.#links.get(address) !== name) return;
    this.#links.delete(address);
    try {
      this.#inside(() => removeLink(name));
    } catch {
      // It went with the network at its other end.
    }
  }

  setServices({ names, listeners, ingress }: NetworkServices): void {
    this.#names.names = new Map(
      names.map((each) => [each.name, "alias" in each ? { alias: each.alias } : each.addresses]),
    );
    this.#proxy.set(listeners);
    this.#ingress.set(ingress);
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#proxy.close();
    this.#ingress.close();
    this.#names.close();
    closeSync(this.#descriptor);
  }

  /** Only to what is connected: an endpoint that somebody wrote must not lead back to a service, and from there to itself. */
  async #connect(address: string, port: number): ReturnType<typeof connectInside> {
    if (this.#isClosed || !this.#links.has(address)) return "no route to host";
    if (this.#connecting >= CONNECTING) return "too many connections are being made";
    this.#connecting += 1;
    try {
      return await connectInside(this.#descriptor, address, port);
    } finally {
      this.#connecting -= 1;
    }
  }

  /** Throws where the network is closed, whose descriptor may be that of another by now. */
  #inside<Result>(work: () => Result): Result {
    if (this.#isClosed) throw new Error("the network is closed");
    return visit(() => {
      enterNetwork(this.#descriptor);
      return work();
    });
  }
}
