import { toSecond } from "../../common/exception.js";
import { LEASE_CONFIG_MAP } from "../../common/engine-names.js";
import { leaseManifests } from "../../common/lease-manifests.js";
import { type ClusterClient, orUndefined, toPolicyError } from "../cluster-client.js";
import { ENGINE_NAMESPACE } from "../engine-namespace.js";
import { apply } from "../install.js";

/** Renewed this many times before it ends, so that one renewal that fails changes nothing. */
const RENEWALS = 3;

/** How long one organization's policies hold on one member without word from here; judged by that cluster's own API server and clock. */
export class MemberLease {
  readonly #leaseMs: number | undefined;
  readonly #organization: string;
  #renewedAt = Number.NEGATIVE_INFINITY;
  #isBound = false;
  #admitsUntil: string | undefined;

  constructor(organization: string, leaseMs: number | undefined) {
    this.#organization = organization;
    this.#leaseMs = leaseMs;
  }

  /** When it ends; absent where there is none, or where it was never renewed from here. */
  get admitsUntil(): string | undefined {
    return this.#admitsUntil;
  }

  /** The longest wait until the next look at it. */
  get renewEveryMs(): number {
    return (this.#leaseMs ?? Number.POSITIVE_INFINITY) / RENEWALS;
  }

  /** What judges by it is looked at anew. */
  forget(): void {
    this.#isBound = false;
  }

  /**
   * Begins to renew it, where that is due. What it resolves to ends that, once the member is known to have the policies of now: it says so to the member and then
   * puts there what judges by it, so that no pod is refused between the two. Where there are to be no leases it takes those of before away.
   */
  async begin(client: ClusterClient): Promise<(() => Promise<void>) | undefined> {
    if (this.#isBound && performance.now() - this.#renewedAt < this.renewEveryMs) return undefined;
    const leaseMs = this.#leaseMs;
    if (leaseMs === undefined) return () => this.#done(takeLeaseAway(client));
    const until = toSecond(new Date((await memberTime(client)).getTime() + leaseMs));
    return () => this.#done(this.#write(client, until), until);
  }

  async #write(client: ClusterClient, until: string): Promise<void> {
    await write(client, { [this.#organization]: until });
    if (this.#isBound) return;
    for (const manifest of leaseManifests(ENGINE_NAMESPACE)) await apply(client, manifest);
  }

  async #done(work: Promise<void>, until?: string): Promise<void> {
    await work;
    this.#isBound = true;
    this.#renewedAt = performance.now();
    this.#admitsUntil = until;
  }
}

/** What time it is by the member's API server, which stamps what would be created. */
async function memberTime({ core }: ClusterClient): Promise<Date> {
  const body = { metadata: { generateName: "lectern-clock-" } };
  try {
    const { metadata } = await core.createNamespacedConfigMap({
      namespace: ENGINE_NAMESPACE,
      body,
      dryRun: "All",
    });
    return new Date(metadata?.creationTimestamp ?? Number.NaN);
  } catch (error) {
    throw toPolicyError(error);
  }
}

async function write(client: ClusterClient, data: Record<string, string>): Promise<void> {
  const at = { namespace: ENGINE_NAMESPACE, name: LEASE_CONFIG_MAP };
  const patch = () =>
    orUndefined(client.core.patchNamespacedConfigMap({ ...at, body: { data } }, client.mergePatch));
  if (await patch()) return;
  try {
    const body = { metadata: { name: at.name }, data };
    await client.core.createNamespacedConfigMap({ namespace: at.namespace, body });
  } catch (error) {
    // Of a cluster that is shared, another organization may have been first.
    if (!(await patch())) throw toPolicyError(error);
  }
}

async function takeLeaseAway({ core, objects }: ClusterClient): Promise<void> {
  for (const { apiVersion, kind, metadata } of leaseManifests(ENGINE_NAMESPACE).toReversed()) {
    const found = { apiVersion, kind, metadata };
    if (await orUndefined<unknown>(objects.read(found))) await orUndefined<unknown>(objects.delete(found));
  }
  const at = { namespace: ENGINE_NAMESPACE, name: LEASE_CONFIG_MAP };
  if (await orUndefined(core.readNamespacedConfigMap(at)))
    await orUndefined(core.deleteNamespacedConfigMap(at));
}
