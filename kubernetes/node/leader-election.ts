import { setTimeout as sleep } from "node:timers/promises";
import { type KubernetesClient, KubernetesError } from "./kubernetes-client.js";

/** Work that one server does for all. */
export interface Leadership {
  readonly isLeader: boolean;
  /** Whether there is nobody else who could. */
  readonly isSole?: boolean;
  /** Calls whenever this server begins to lead, at once where it does; the signal fires when it leads no more. */
  whileLeading(work: (signal: AbortSignal) => void): void;
  /** Lets another lead at once. */
  close(): Promise<void>;
}

/** Of a server that has nobody beside it. */
export function soleLeadership(): Leadership {
  const end = new AbortController();
  return {
    isLeader: true,
    isSole: true,
    whileLeading: (work) => work(end.signal),
    close: async () => end.abort(),
  };
}

export interface LeaderElectionOptions {
  client: KubernetesClient;
  /** Of the Lease; its namespace exists. */
  namespace: string;
  name: string;
  /** Tells this server from the others. */
  identity: string;
  /** Told where the Lease can be neither read nor written; it is tried again. */
  onError: (error: unknown) => void;
  /** Of all three below, in milliseconds; for tests. */
  times?: LeaseTimes;
}

interface LeaseTimes {
  /** After so long without a word of the holder another takes the Lease. */
  leaseMs: number;
  /** A holder that could not say a word for so long leads no more; by less than the above, so that two never lead. */
  renewMs: number;
  retryMs: number;
}

const TIMES: LeaseTimes = { leaseMs: 10_000, renewMs: 7_000, retryMs: 1_000 };

interface Lease {
  apiVersion: "coordination.k8s.io/v1";
  kind: "Lease";
  metadata: { name: string; namespace: string; resourceVersion?: string };
  spec: {
    holderIdentity?: string;
    leaseDurationSeconds?: number;
    acquireTime?: string;
    renewTime?: string;
    leaseTransitions?: number;
  };
}

/**
 * Elects one of several servers by a Lease, as client-go does: whoever holds it renews it, and the others take it when they have not
 * seen it renewed for as long as it lasts, by their own clocks.
 */
export class LeaderElection implements Leadership {
  readonly #options: LeaderElectionOptions;
  readonly #times: LeaseTimes;
  readonly #path: string;
  readonly #works = new Set<(signal: AbortSignal) => void>();
  readonly #stop = new AbortController();
  readonly #running: Promise<void>;
  #term: AbortController | undefined;
  #renewedAt = 0;
  /** What was last seen of another's Lease, and when. */
  #seen = { renewal: "", at: 0 };

  constructor(options: LeaderElectionOptions) {
    this.#options = options;
    this.#times = options.times ?? TIMES;
    this.#path = `/apis/coordination.k8s.io/v1/namespaces/${options.namespace}/leases`;
    this.#running = this.#run();
  }

  get isLeader(): boolean {
    return this.#term !== undefined;
  }

  whileLeading(work: (signal: AbortSignal) => void): void {
    this.#works.add(work);
    if (this.#term) work(this.#term.signal);
  }

  async close(): Promise<void> {
    this.#stop.abort();
    await this.#running;
  }

  async #run(): Promise<void> {
    const { signal } = this.#stop;
    while (!signal.aborted) {
      const asked = performance.now();
      try {
        const isHeld = await this.#acquireOrRenew();
        if (isHeld) this.#lead(asked);
        else this.#endTerm();
      } catch (error) {
        if (!isConflict(error)) this.#options.onError(error);
      }
      await sleep(this.#times.retryMs, undefined, { signal }).catch(() => undefined);
    }
    const wasLeader = this.#term !== undefined;
    this.#endTerm();
    if (wasLeader) await this.#release().catch((error: unknown) => this.#options.onError(error));
  }

  /** A call may be answered too late: the term is counted from when it was asked, and ends by itself. */
  #lead(asked: number): void {
    this.#renewedAt = asked;
    if (this.#term || performance.now() - asked > this.#times.renewMs) return;
    const term = new AbortController();
    this.#term = term;
    const { renewMs } = this.#times;
    const look = setInterval(
      () => {
        if (performance.now() - this.#renewedAt > renewMs) this.#endTerm();
      },
      Math.min(100, renewMs / 4),
    );
    term.signal.addEventListener("abort", () => clearInterval(look), { once: true });
    for (const work of this.#works) work(term.signal);
  }

  #endTerm(): void {
    const term = this.#term;
    this.#term = undefined;
    term?.abort(new Error("another server leads now"));
  }

  async #acquireOrRenew(): Promise<boolean> {
    const found = await this.#find();
    if (!found) {
      await this.#options.client.create(this.#path, this.#mine({ acquireTime: now(), leaseTransitions: 0 }));
      return true;
    }
    const { spec } = found;
    const isMine = spec.holderIdentity === this.#options.identity;
    if (!isMine && !this.#isFree(spec)) return false;
    const transitions = (spec.leaseTransitions ?? 0) + (isMine ? 0 : 1);
    const acquireTime = isMine ? (spec.acquireTime ?? now()) : now();
    await this.#replace(found, this.#mine({ acquireTime, leaseTransitions: transitions }));
    return true;
  }

  #isFree({ holderIdentity = "", renewTime = "" }: Lease["spec"]): boolean {
    if (holderIdentity === "") return true;
    const renewal = `${holderIdentity} ${renewTime}`;
    if (this.#seen.renewal !== renewal) this.#seen = { renewal, at: performance.now() };
    return performance.now() - this.#seen.at > this.#times.leaseMs;
  }

  async #release(): Promise<void> {
    const found = await this.#find();
    if (found?.spec.holderIdentity !== this.#options.identity) return;
    await this.#replace(found, { ...found, spec: { ...found.spec, holderIdentity: "" } });
  }

  async #find(): Promise<Lease | undefined> {
    const signal = AbortSignal.timeout(this.#times.renewMs);
    try {
      return await this.#options.client.get<Lease>(`${this.#path}/${this.#options.name}`, signal);
    } catch (error) {
      if (error instanceof KubernetesError && error.status === 404) return undefined;
      throw error;
    }
  }

  async #replace({ metadata }: Lease, lease: Lease): Promise<void> {
    const body = { ...lease, metadata: { ...lease.metadata, resourceVersion: metadata.resourceVersion } };
    const path = `${this.#path}/${this.#options.name}`;
    const signal = AbortSignal.timeout(this.#times.renewMs);
    await this.#options.client.call({ method: "PUT", path, body, signal });
  }

  #mine(spec: Partial<Lease["spec"]>): Lease {
    const { namespace, name, identity } = this.#options;
    return {
      apiVersion: "coordination.k8s.io/v1",
      kind: "Lease",
      metadata: { name, namespace },
      spec: {
        ...spec,
        holderIdentity: identity,
        leaseDurationSeconds: Math.ceil(this.#times.leaseMs / 1000),
        renewTime: now(),
      },
    };
  }
}

/** Microseconds, as Leases have it. */
function now(): string {
  return new Date().toISOString().replace("Z", "000Z");
}

/** Another server was first. */
function isConflict(error: unknown): boolean {
  return error instanceof KubernetesError && error.status === 409;
}
