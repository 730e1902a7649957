import { createHash } from "node:crypto";
import { TerminalError, terminalErrorCodes } from "../../terminal/common/errors.js";
import type { Lab } from "../../workshop/common/lab.js";
import type { SessionResource } from "../../workshop/common/session.js";
import type { WorkshopParts } from "./create-workshop.js";

/** A node takes all its pods with it: how many are made again at the same time, which is also how many turns each server waits for. */
const AT_ONCE = 16;

/** Gives sessions whose pod is gone another one, once for all who find that out at the same time, at whichever server. */
export class LostPods {
  readonly #parts: Pick<WorkshopParts, "provisioner" | "turns" | "log">;

  constructor(parts: Pick<WorkshopParts, "provisioner" | "turns" | "log">) {
    this.#parts = parts;
  }

  /** Does the work, and again in a new pod where there was none. Throws what the work throws, and `SessionHost.prepare`. */
  async withPod<Result>(session: SessionResource, lab: Lab, work: () => Promise<Result>): Promise<Result> {
    const { provisioner, turns, log } = this.#parts;
    return orElse(work, () =>
      turns.take(turnOf(session), () =>
        // Whoever had the turn before may have made it.
        orElse(work, async ({ message }) => {
          log.warn({ session: session.metadata.name, reason: message }, "a session gets another pod");
          await provisioner.restore(session, lab);
          return work();
        }),
      ),
    );
  }
}

async function orElse<Result>(
  work: () => Promise<Result>,
  withoutPod: (gone: TerminalError) => Promise<Result>,
): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof TerminalError) || error.code !== terminalErrorCodes.podGone) throw error;
    return withoutPod(error);
  }
}

function turnOf({ metadata }: SessionResource): string {
  const digest = createHash("sha256").update(metadata.name).digest();
  return `lost-pods/${String(digest.readUInt32BE(0) % AT_ONCE)}`;
}
