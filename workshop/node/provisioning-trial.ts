import type { SessionResource } from "../common/session.js";
import { withDeadline } from "../../kubernetes/node/deadline.js";
import type { ProvisioningSteps } from "./provisioning-steps.js";
import { isClusterAway } from "./while-away.js";

/** What was begun before its time was over ends with the calls it waits for, each of which has a deadline. */
const LAST_MS = 30_000;

/** Makes a session once. */
export class Trial {
  readonly #work: (signal: AbortSignal, onAway: (error: unknown) => void) => Promise<SessionResource>;
  /** What it was told last of somebody who is away. */
  #away: unknown;

  constructor(work: (signal: AbortSignal, onAway: (error: unknown) => void) => Promise<SessionResource>) {
    this.#work = work;
  }

  /**
   * Rejects with what was still to be done where it takes too long, or with how the cluster was away where that held it up, and tells the
   * work that its time is over.
   */
  async within(limitMs: number, steps: ProvisioningSteps): Promise<SessionResource> {
    let time: AbortSignal | undefined;
    let working: Promise<SessionResource> | undefined;
    try {
      return await withDeadline(limitMs, undefined, (signal) => {
        time = signal;
        return (working = this.#work(signal, (error) => (this.#away = error)));
      });
    } catch (error) {
      if (time?.aborted !== true || working === undefined) throw error;
      if (isClusterAway(this.#away)) return this.#end(working);
      const message = `it takes longer than ${limitMs / 1000} s: ${steps.unfinished.join(", ")}`;
      throw new Error(message, { cause: error });
    }
  }

  /** Whoever makes it again must not meet what is still being made now, and may find it done. */
  async #end(working: Promise<SessionResource>): Promise<SessionResource> {
    try {
      return await withDeadline(LAST_MS, undefined, () => working);
    } catch {
      throw this.#away;
    }
  }
}
