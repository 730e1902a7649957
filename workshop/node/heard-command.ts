import type {
  Command,
  CommandOutcome,
  SessionHost,
  TerminalAddress,
} from "../../terminal/common/session-host.js";
import { isAway, repeatWhileAway } from "./while-away.js";

/** How long a host that is not heard is waited for: by then a cluster has given its node up, and ended its pods. */
const SILENCE_MS = 10 * 60_000;
/** The terminal host's word for a shell that has ended. */
const ENDED = "TERMINAL_NOT_FOUND";

/**
 * Runs a command to its end, also where its host is not heard for some minutes meanwhile: what became of it is asked for by its id then, and
 * nothing is begun a second time. Throws what `SessionHost.run` throws.
 */
export async function runToItsEnd(
  host: Pick<SessionHost, "run" | "outcome">,
  address: TerminalAddress,
  command: Command,
  signal?: AbortSignal,
): Promise<CommandOutcome> {
  try {
    return await host.run(address, command);
  } catch (lost) {
    if (!isAway(lost)) throw lost;
    const patience = AbortSignal.any([AbortSignal.timeout(SILENCE_MS), ...(signal ? [signal] : [])]);
    return repeatWhileAway(async () => {
      // Of a shell in the place of the one that had it, or of a host that never got it, nobody knows.
      const known = await host.outcome(address, command.id).catch(orNothing);
      if (known === undefined) throw new UnknownCommand(lost);
      return host.run(address, command);
    }, patience).catch((error: unknown) => {
      throw error instanceof UnknownCommand ? error.cause : error;
    });
  }
}

class UnknownCommand extends Error {
  constructor(cause: unknown) {
    super("the host does not know the command", { cause });
  }
}

function orNothing(error: unknown): undefined {
  if ((error as { code?: unknown } | null)?.code !== ENDED) throw error;
}
