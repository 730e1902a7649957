import { Agent, type AgentOptions } from "node:https";
import type { KubeConfig } from "@kubernetes/client-node";

/** Calls at the same time to one cluster; more only queue inside it. */
const MAX_SOCKETS = 64;
/** 30 s: shorter than any API server keeps an idle connection, so that it is we who let go of it. */
const IDLE_MS = 30_000;
/** Credentials in use at once: those of before and after a renewal, as two callers spell them. */
const MAX_AGENTS = 4;

/** What a connection is made with; calls that differ in it may not share one. */
type Credentials = Pick<
  AgentOptions,
  "ca" | "cert" | "key" | "pfx" | "passphrase" | "servername" | "rejectUnauthorized"
>;

/**
 * Connections to one cluster that stay open. The library opens a new one for each call, and its TLS handshake costs more than the
 * call: making a session takes a dozen calls, and so does a change to a policy.
 */
export class ConnectionPool {
  // The one made last is the last of the map.
  readonly #agents = new Map<string, Agent>();

  /** The agent for these credentials; new ones in a kubeconfig get new connections. */
  agentFor({ ca, cert, key, pfx, passphrase, servername, rejectUnauthorized }: Credentials): Agent {
    const credentials = { ca, cert, key, pfx, passphrase, servername, rejectUnauthorized };
    const given = Object.entries(credentials).filter(([, value]) => value !== undefined);
    const identity = JSON.stringify(
      given.map(([name, value]) => [name, Buffer.isBuffer(value) ? value.toString("latin1") : value]),
    );
    const known = this.#agents.get(identity);
    if (known) return known;
    const options = {
      ...Object.fromEntries(given),
      keepAlive: true,
      maxSockets: MAX_SOCKETS,
      timeout: IDLE_MS,
    };
    const agent = new OrderlyAgent(options);
    this.#agents.set(identity, agent);
    if (this.#agents.size > MAX_AGENTS) this.#forgetOldest();
    return agent;
  }

  close(): void {
    for (const agent of this.#agents.values()) agent.destroy();
    this.#agents.clear();
  }

  #forgetOldest(): void {
    const [oldest] = this.#agents;
    if (oldest === undefined) return;
    this.#agents.delete(oldest[0]);
    oldest[1].destroy();
  }
}

/**
 * Hands a connection on only once the call before has said that it is over. Node's agent gives it to a call that waits a moment earlier,
 * and node-fetch then takes a whole answer for one that was cut off, with "Premature close" (its fixResponseChunkedTransferBadEnding).
 */
class OrderlyAgent extends Agent {
  override emit(event: string | symbol, ...values: unknown[]): boolean {
    if (event !== "free") return super.emit(event, ...values);
    setImmediate(() => super.emit(event, ...values));
    return true;
  }
}

const pools = new WeakMap<KubeConfig, ConnectionPool>();

/** The one pool of a kubeconfig, whoever asks. */
export function connectionPoolOf(kubeConfig: KubeConfig): ConnectionPool {
  const pool = pools.get(kubeConfig) ?? new ConnectionPool();
  pools.set(kubeConfig, pool);
  return pool;
}
