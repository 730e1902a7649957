import type { TLSSocket } from "node:tls";
import type { KubeConfig } from "@kubernetes/client-node";
import type { SessionHost, TerminalAddress, TerminalEvent } from "../../terminal/common/session-host.js";
import { connectTerminalHost } from "../../terminal/node/connect-terminal-host.js";
import type { AuthorityStore } from "./authority-store.js";
import { type OpenTransport, dialTls, tcpTransport } from "./dial-tls.js";
import { lossOf } from "./pod-problem.js";
import type { PodRegistry } from "./pod-registry.js";
import type { PodWatch } from "./pod-watch.js";
import { portForwardTransport } from "../../kubernetes/node/port-forward.js";
import { HOST_PORT } from "./pod-settings.js";

/** A host listens some tenths of a second after its container runs; a node that is short of processors takes its time. */
const CONNECT_MS = 20_000;
/** How often a host that says nothing is asked whether it is there: after three times as long at most, it is dialled anew. */
const LOOK_MS = 15_000;
/** What a shell ends with when everything of it is killed. */
const KILLED = 137;
/** Shells that ended so shortly before their pod ended with it: the host ends them before the cluster says why. */
const FAREWELL_MS = 30_000;

/** A terminal as its host has told of it. */
interface KnownTerminal {
  address: TerminalAddress;
  /** Absent while its shell runs; `at` in epoch milliseconds. */
  end?: { at: number; exitStatus: number };
}

/** How pods are reached: straight, where the server is in the cluster, or through the API server. */
export type PodRoute = "direct" | "port-forward";

export interface PodConnectionsOptions {
  registry: PodRegistry;
  pods: PodWatch;
  authorities: AuthorityStore;
  config: KubeConfig;
  route: PodRoute;
  /** One line for the log. */
  report: (line: string) => void;
}

/** One connection to each session's host, made when it is first needed and kept as long as there is a pod. */
export class PodConnections {
  readonly #options: PodConnectionsOptions;
  readonly #hosts = new Map<string, Promise<SessionHost>>();
  readonly #listeners = new Set<(event: TerminalEvent) => void>();
  readonly #terminals = new Map<string, Map<string, KnownTerminal>>();

  constructor(options: PodConnectionsOptions) {
    this.#options = options;
    const { pods, report } = options;
    pods.onGone((session, pod) => this.#lose(session, lossOf(pod)));
    // Also of hosts that other servers have made the events are heard here; a call reaches one that was started again.
    pods.onRunning((session) => {
      this.to(session)
        .then((host) => host.terminals(session))
        .catch((error: unknown) => report(String(error)));
    });
  }

  /** Opens one connection to the host of a session. Throws TERMINAL_POD_GONE, TERMINAL_HOST_LOST. */
  async dial(session: string): Promise<TLSSocket> {
    const { registry, authorities } = this.#options;
    const { ip, path } = await registry.address(session);
    return dialTls(session, this.#transport(ip, path), await authorities.identity());
  }

  /** The host of a session. Throws TERMINAL_POD_GONE, TERMINAL_HOST_LOST. */
  async to(session: string): Promise<SessionHost> {
    const known = this.#hosts.get(session);
    if (known) return known;
    const connecting = this.#connect(session);
    this.#hosts.set(session, connecting);
    connecting.catch(() => {
      if (this.#hosts.get(session) === connecting) this.#hosts.delete(session);
    });
    return connecting;
  }

  onEvent(listener: (event: TerminalEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Lets go of the connection to a session's host. */
  async forget(session: string): Promise<void> {
    const host = this.#hosts.get(session);
    this.#hosts.delete(session);
    this.#terminals.delete(session);
    await (await host?.catch(() => undefined))?.disconnect();
  }

  async close(): Promise<void> {
    await Promise.all([...this.#hosts.keys()].map((session) => this.forget(session)));
  }

  #transport(ip: string, path: string): OpenTransport {
    const { route, config } = this.#options;
    return route === "direct" ? tcpTransport(ip, HOST_PORT) : portForwardTransport(config, path, HOST_PORT);
  }

  async #connect(session: string): Promise<SessionHost> {
    const host = await connectTerminalHost({
      dial: () => this.dial(session),
      reconnectMs: CONNECT_MS,
      lookMs: LOOK_MS,
      hasOldHomes: true,
    });
    host.onEvent((event) => this.#hear(event));
    try {
      for (const { address, state } of await host.terminals(session))
        if (state === "running") this.#terminalsOf(session).set(address.terminal, { address });
      return host;
    } catch (error) {
      // Nobody has it, and it would try for ever to be connected.
      await host.disconnect();
      throw error;
    }
  }

  #hear(event: TerminalEvent): void {
    const { address } = event;
    const terminals = this.#terminalsOf(address.session);
    if (event.type === "terminal-opened") terminals.set(address.terminal, { address });
    if (event.type === "terminal-exited")
      terminals.set(address.terminal, {
        address,
        end: { at: performance.now(), exitStatus: event.exitStatus },
      });
    for (const listener of this.#listeners) listener(event);
  }

  #terminalsOf(session: string): Map<string, KnownTerminal> {
    const terminals = this.#terminals.get(session) ?? new Map<string, KnownTerminal>();
    this.#terminals.set(session, terminals);
    return terminals;
  }

  /** Nobody else says that the shells of a pod that is gone have ended, or why. */
  #lose(session: string, reason: string): void {
    const lost = [...(this.#terminals.get(session)?.values() ?? [])].filter(
      ({ end }) => end === undefined || performance.now() - end.at < FAREWELL_MS,
    );
    if (lost.length > 0) this.#options.report(`${session}: ${reason}`);
    for (const { address, end } of lost)
      this.#hear({ type: "terminal-exited", address, exitStatus: end?.exitStatus ?? KILLED, reason });
    void this.forget(session);
  }
}
