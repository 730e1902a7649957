import { LRUCache } from "lru-cache";

import { toPolicyError } from "./cluster-client.js";
import { pollUntil } from "./deadline.js";
import type { HierarchyStore } from "./hierarchy-store.js";
import type { Logger } from "./logger.js";
import type { ImagePolicyObject } from "./records.js";
import { Settling } from "./settling.js";

/** Who saves again and again changes one status; the controller looks half a second after the last whether somebody wrote it. */
const PATIENCE = { quietMs: 50, atMostMs: 500 };

/** Another server has written what it saw by then; what is not in force even so is shown as that. */
const WRITTEN_WITHIN_MS = 2000;

/** As many as are changed between their status being written and the next look at them. */
const MAX_POLICIES = 1000;

/** What was seen to be in force of a policy. */
interface Seen {
  name: string;
  status: NonNullable<ImagePolicyObject["status"]>;
}

/**
 * Writes down in policies that they are in force, after whoever waited for that has the answer. Until it is written this server says it of what it has seen
 * itself; what it does not live to write, the controller does.
 */
export class PolicyStatuses {
  readonly #store: HierarchyStore;
  readonly #logger: Logger;
  readonly #seen = new LRUCache<string, Seen>({ max: MAX_POLICIES });
  readonly #settling = new Settling(PATIENCE);

  constructor(store: HierarchyStore, logger: Logger) {
    this.#store = store;
    this.#logger = logger;
  }

  writeSoon({ metadata: { uid = "", name = "" } }: ImagePolicyObject, status: Seen["status"]): void {
    this.#seen.set(uid, { name, status });
    this.#settling.soon(uid, () => void this.#write(uid));
  }

  /** The policy with what is known here of this generation of it, where nobody has written that down yet. */
  withSeen(policy: ImagePolicyObject): ImagePolicyObject {
    const { uid = "", generation } = policy.metadata;
    const status = isLookedAt(policy) ? undefined : this.#seen.get(uid)?.status;
    return status !== undefined && status.observedGeneration === generation ? { ...policy, status } : policy;
  }

  /**
   * Reads policies, again where what became of one is not written down yet: whoever was told by one server that it is in force is told so by any. Resolves to
   * what was read last.
   */
  async readWritten<T>(read: () => Promise<T>, policiesOf: (found: T) => ImagePolicyObject[]): Promise<T> {
    let found = await read();
    const isWritten = () => policiesOf(found).every((policy) => isLookedAt(this.withSeen(policy)));
    if (isWritten()) return found;
    const again = async () => {
      found = await read();
      return isWritten() || undefined;
    };
    await pollUntil(again, { deadlineMs: WRITTEN_WITHIN_MS });
    return found;
  }

  async #write(uid: string): Promise<void> {
    const seen = this.#seen.get(uid);
    if (!seen) return;
    try {
      await this.#store.setStatus("imagepolicies", seen.name, seen.status);
    } catch (error) {
      const reason = toPolicyError(error).message;
      this.#logger.warn({ policy: seen.name, reason }, "the status of a policy could not be written");
    }
  }
}

/** Whether the status is of what the policy demands now. */
export function isLookedAt({ metadata, status }: ImagePolicyObject): boolean {
  return status?.observedGeneration === metadata.generation;
}
