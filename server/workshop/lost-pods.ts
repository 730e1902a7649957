import { TerminalError, terminalErrorCodes } from "../../terminal/common/errors.js";
import type { Lab } from "../../workshop/common/lab.js";
import type { SessionResource } from "../../workshop/common/session.js";
import type { WorkshopParts } from "./create-workshop.js";

/** Gives sessions whose pod is gone another one, once for all who find that out at the same time. */
export class LostPods {
  readonly #parts: Pick<WorkshopParts, "provisioner" | "log">;
  readonly #restoring = new Map<string, Promise<void>>();

  constructor(parts: Pick<WorkshopParts, "provisioner" | "log">) {
    this.#parts = parts;
  }

  /** Does the work, and again in a new pod where there was none. Throws what the work throws, and `SessionHost.prepare`. */
  async withPod<Result>(session: SessionResource, lab: Lab, work: () => Promise<Result>): Promise<Result> {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof TerminalError) || error.code !== terminalErrorCodes.podGone) throw error;
      this.#parts.log.warn(
        { session: session.metadata.name, reason: error.message },
        "a session gets another pod",
      );
    }
    await this.#restored(session, lab);
    return work();
  }

  #restored(session: SessionResource, lab: Lab): Promise<void> {
    const { name } = session.metadata;
    const running = this.#restoring.get(name);
    if (running) return running;
    const restoring = this.#parts.provisioner
      .restore(session, lab)
      .finally(() => this.#restoring.delete(name));
    this.#restoring.set(name, restoring);
    return restoring;
  }
}
