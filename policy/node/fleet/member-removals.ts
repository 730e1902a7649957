import { toPolicyError } from "../cluster-client.js";
import type { PolicyContext } from "../context.js";
import { MAX_MESSAGE_CHARACTERS } from "../custom-resource-definitions.js";
import type { ManagedClusterObject } from "../records.js";
import { Alarm } from "./alarm.js";
import { clearMember, giveUpMember } from "./clear-member.js";
import type { FleetShare } from "./fleet-share.js";
import { isThere } from "./hold-cluster.js";
import { now } from "./sync-state.js";

/** What fails is tried again after the first, then after twice as long up to the second. */
const RETRY_MS = 1000;
const MAX_RETRY_MS = 60_000;

/** Of an organization that is gone nobody is left to give a cluster up. */
const ABANDONED_AFTER_MS = 24 * 60 * 60 * 1000;

interface Removal {
  /** Resolves when nothing of ours works on the member any more. */
  ended: Promise<void> | undefined;
  /** The member as it was opened, where it was. */
  opened: () => PolicyContext | undefined;
}

/** The members that are being taken off, each until the engine is out of the cluster, or its object is gone because somebody gave it up. */
export class MemberRemovals {
  readonly #home: PolicyContext;
  readonly #share: FleetShare;
  readonly #signal: AbortSignal;
  /** By the uid of the object: another one under the same name is another cluster. */
  readonly #running = new Map<string, Alarm>();

  constructor(home: PolicyContext, share: FleetShare, signal: AbortSignal) {
    this.#home = home;
    this.#share = share;
    this.#signal = signal;
  }

  /** Begins with one, where it has not begun. */
  add(cluster: ManagedClusterObject, removal: Removal): void {
    const { uid = "" } = cluster.metadata;
    if (this.#running.has(uid) || this.#signal.aborted) return;
    const alarm = new Alarm();
    this.#running.set(uid, alarm);
    void this.#remove(cluster, removal, alarm).finally(() => this.#running.delete(uid));
  }

  /** Its object is gone: nothing is to be tried again. */
  gone({ metadata: { uid = "" } }: ManagedClusterObject): void {
    this.#running.get(uid)?.ring();
  }

  async #remove(cluster: ManagedClusterObject, { ended, opened }: Removal, alarm: Alarm): Promise<void> {
    await ended;
    const { logger } = this.#home;
    for (let tries = 0; !this.#signal.aborted; tries++) {
      if (await this.#share.isKept(cluster)) {
        if (!(await this.#isThere(cluster))) return;
        await alarm.wait(MAX_RETRY_MS, this.#signal);
        continue;
      }
      const reason = await this.#try(cluster, opened());
      if (reason === undefined || this.#signal.aborted) return;
      const facts = { cluster: cluster.spec.name, reason };
      if (await this.#isGivenUp(cluster)) {
        // Whoever gave it up was told, or has cleared it; where it was never open here, nothing of it is known.
        if (!opened()) return;
        const left = `what was in force there stays so until "lectern uninstall --kubeconfig FILE" takes it away`;
        logger.warn(facts, `a cluster was detached; ${left}`);
        return;
      }
      logger.warn(facts, "a cluster is being detached; what is in force there could not be taken away yet");
      await this.#write(cluster, reason);
      await alarm.wait(Math.min(RETRY_MS * 2 ** tries, MAX_RETRY_MS), this.#signal);
    }
  }

  #isThere(cluster: ManagedClusterObject): Promise<boolean> {
    return isThere(this.#home, cluster).catch(() => true);
  }

  /** Resolves to why it could not be done. */
  async #try(cluster: ManagedClusterObject, opened: PolicyContext | undefined): Promise<string | undefined> {
    try {
      await clearMember(this.#home, cluster, { opened, signal: this.#signal });
      return undefined;
    } catch (error) {
      return toPolicyError(error).message;
    }
  }

  /** By whoever let its object go, or by us, where its organization has been gone for long. Where the home cluster does not say, it is not. */
  async #isGivenUp(cluster: ManagedClusterObject): Promise<boolean> {
    try {
      if (!(await isThere(this.#home, cluster))) return true;
      const age = Date.now() - new Date(cluster.metadata.deletionTimestamp ?? Date.now()).getTime();
      if (age < ABANDONED_AFTER_MS) return false;
      if (await this.#home.store.get("organizations", cluster.spec.organization)) return false;
      await giveUpMember(this.#home, cluster);
      return true;
    } catch {
      return false;
    }
  }

  async #write(cluster: ManagedClusterObject, reason: string): Promise<void> {
    const message = reason.slice(0, MAX_MESSAGE_CHARACTERS);
    const status = { state: "Detaching", since: now(), message };
    await this.#home.store
      .setStatus("managedclusters", cluster.metadata.name ?? "", status)
      .catch(() => undefined);
  }
}
