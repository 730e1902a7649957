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

/** Looks at a Lease without standing for it. */
export class LeaseLook {
  readonly #options: Pick<LeaderElectionOptions, "client" | "namespace" | "name" | "times">;
  readonly #renewals = new Renewals();

  constructor(options: Pick<LeaderElectionOptions, "client" | "namespace" | "name" | "times">) {
    this.#options = options;
  }

  /** Whether somebody holds it: who has renewed it within its time, by the clock of this server. Throws what the call throws. */
  async isHeld(): Promise<boolean> {
    const { client, namespace, name, times = TIMES } = this.#options;
    const found = await findLease(client, `${leasesPath(namespace)}/${name}`, times.renewMs);
    return found !== undefined && !this.#renewals.isFree(found.spec, times.leaseMs);
  }
}

/** What was last seen of another's Lease, and when: clocks of two machines are not compared. */
class Renewals {
  #seen = { renewal: "", at: 0 };

  isFree({ holderIdentity = "", renewTime = "" }: Lease["spec"], leaseMs: number): boolean {
    if (holderIdentity === "") return true;
    const renewal = `${holderIdentity} ${renewTime}`;
    if (this.#seen.renewal !== renewal) this.#seen = { renewal, at: performance.now() };
    return performance.now() - this.#seen.at > leaseMs;
  }
}

function leasesPath(namespace: string): string {
  return `/apis/coordination.k8s.io/v1/namespaces/${namespace}/leases`;
}

async function findLease(
  client: KubernetesClient,
  path: string,
  timeoutMs: number,
): Promise<Lease | undefined> {
  try {
    return await client.get<Lease>(path, AbortSignal.timeout(timeoutMs));
  } catch (error) {
    if (error instanceof KubernetesError && error.status === 404) return undefined;
    throw error;
  }
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
  #renewed = moment();
  readonly #renewals = new Renewals();

  constructor(options: LeaderElectionOptions) {
    this.#options = options;
    this.#times = options.times ?? TIMES;
    this.#path = leasesPath(options.namespace);
    this.#running = this.#run();
  }

  get isLeader(): boolean {
    return this.#term !== undefined && sinceMs(this.#renewed) <= this.#times.renewMs;
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
      const asked = moment();
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
  #lead(asked: Moment): void {
    this.#renewed = asked;
    if (this.#term || sinceMs(asked) > this.#times.renewMs) return;
    const term = new AbortController();
    this.#term = term;
    const { renewMs } = this.#times;
    const look = setInterval(
      () => {
        if (sinceMs(this.#renewed) > renewMs) this.#endTerm();
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
    if (!isMine && !this.#renewals.isFree(spec, this.#times.leaseMs)) return false;
    const transitions = (spec.leaseTransitions ?? 0) + (isMine ? 0 : 1);
    const acquireTime = isMine ? (spec.acquireTime ?? now()) : now();
    await this.#replace(found, this.#mine({ acquireTime, leaseTransitions: transitions }));
    return true;
  }

  async #release(): Promise<void> {
    const found = await this.#find();
    if (found?.spec.holderIdentity !== this.#options.identity) return;
    await this.#replace(found, { ...found, spec: { ...found.spec, holderIdentity: "" } });
  }

  #find(): Promise<Lease | undefined> {
    return findLease(this.#options.client, `${this.#path}/${this.#options.name}`, this.#times.renewMs);
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

/** By each of the machine's clocks. */
interface Moment {
  steady: number;
  wall: number;
}

function moment(): Moment {
  return { steady: performance.now(), wall: Date.now() };
}

/** By the clock that shows more: the steady one stands still while a machine sleeps or is paused, and others take the Lease meanwhile. */
function sinceMs(then: Moment): number {
  const shown = moment();
  return Math.max(shown.steady - then.steady, shown.wall - then.wall);
}

/** Microseconds, as Leases have it. */
function now(): string {
  return new Date().toISOString().replace("Z", "000Z");
}

/** Another server was first. */
function isConflict(error: unknown): boolean {
  return error instanceof KubernetesError && error.status === 409;
}
