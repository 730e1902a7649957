import { toPolicyError } from "../cluster-client.js";
import type { PolicyContext } from "../context.js";
import { MAX_MESSAGE_CHARACTERS } from "../custom-resource-definitions.js";
import type { ManagedClusterObject, StoredSync } from "../records.js";
import { isNewer } from "../seen-versions.js";
import { now } from "./sync-state.js";

type News = Partial<StoredSync> & Pick<StoredSync, "state">;

/** What is news beside what was written last. */
type Telling = (status: StoredSync | undefined) => News | undefined;

/** How far a member is, as its object in the home cluster says. */
export class MemberStatus {
  readonly #home: PolicyContext;
  readonly #cluster: ManagedClusterObject;
  readonly #onLost: () => void;
  #now: StoredSync | undefined;
  /** Of the object as it was written or seen last. */
  #version: string | undefined;
  #writing: Promise<void> = Promise.resolve();

  /** `onLost` is told where it could not be written. */
  constructor(home: PolicyContext, cluster: ManagedClusterObject, onLost: () => void) {
    this.#home = home;
    this.#cluster = cluster;
    this.#onLost = onLost;
    this.#now = cluster.status;
    this.#version = cluster.metadata.resourceVersion;
  }

  /** As it was written last, by whichever server. */
  get now(): StoredSync | undefined {
    return this.#now;
  }

  /** Takes for written what another server wrote since it was written here last; resolves to whether that was something else. Never rejects. */
  async takeOver({ metadata, status }: ManagedClusterObject): Promise<boolean> {
    await this.#writing;
    if (!isNewer(metadata.resourceVersion, this.#version)) return false;
    this.#version = metadata.resourceVersion;
    const isOther = status !== undefined && !isSame(status, this.#now);
    this.#now = status;
    return isOther;
  }

  /** Writes down how far it is, where that is news, one after another; what was in force last is kept. */
  write(next: News | Telling): Promise<void> {
    this.#writing = this.#writeAfter(this.#writing, next);
    return this.#writing;
  }

  async #writeAfter(before: Promise<void>, next: News | Telling): Promise<void> {
    await before;
    const news = typeof next === "function" ? next(this.#now) : next;
    if (news) await this.#store(news);
  }

  async #store(next: News): Promise<void> {
    const { logger, store } = this.#home;
    const { name = "" } = this.#cluster.metadata;
    const { message: _old, admitsUntil, ...kept } = this.#now ?? {};
    const since = this.#now?.state === next.state ? this.#now.since : now();
    const message = next.message?.slice(0, MAX_MESSAGE_CHARACTERS);
    const status: StoredSync = {
      ...kept,
      ...(next.state !== "InForce" && admitsUntil !== undefined && { admitsUntil }),
      ...next,
      since,
      ...(message !== undefined && { message }),
    };
    if (isSame(status, this.#now)) return;
    const cluster = this.#cluster.spec.name;
    try {
      const written = { message: null, admitsUntil: null, ...status };
      const version = await store.setStatus("managedclusters", name, written);
      if (isNewer(version, this.#version)) this.#version = version;
      this.#now = status;
    } catch (error) {
      this.#onLost();
      const reason = toPolicyError(error).message;
      logger.warn({ cluster, reason }, "the state of a cluster was not written down");
    }
    if (status.state === "Unreachable" || status.state === "Behind")
      logger.warn({ cluster, reason: status.message }, "a cluster is not in step");
  }
}

/** The version alone is no news: it counts whatever is changed in the home cluster. */
function isSame(left: StoredSync, right: StoredSync | undefined): boolean {
  return right !== undefined && newsOf(left) === newsOf(right);
}

function newsOf({ state, digest, namespaces, kubernetesVersion, message, admitsUntil }: StoredSync): string {
  return JSON.stringify([state, digest, namespaces, kubernetesVersion, message, admitsUntil]);
}
