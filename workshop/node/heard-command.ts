import type {
  Command,
  CommandOutcome,
  SessionHost,
  TerminalAddress,
} from "../../terminal/common/session-host.js";
import { DeadlineError, withDeadline } from "../../kubernetes/node/deadline.js";
import { isAway, repeatWhileAway } from "./while-away.js";

/** How long a host that is not heard is waited for: by then a cluster has given its node up, and ended its pods. */
export const SILENCE_MS = 10 * 60_000;
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
  let lost: unknown;
  for (;;) {
    try {
      if (lost !== undefined && !(await isKnown(host, address, command, signal))) break;
      return await host.run(address, command);
    } catch (error) {
      if (wasLetGo(error)) throw error;
      if (lost !== undefined && (error instanceof DeadlineError || hasEnded(error))) break;
      if (!isAway(error)) throw error;
      lost = error;
    }
  }
  throw lost;
}

/** False of a shell in the place of the one that had it, and of a host that never got it. */
function isKnown(
  host: Pick<SessionHost, "outcome">,
  address: TerminalAddress,
  { id }: Command,
  signal?: AbortSignal,
): Promise<boolean> {
  return withDeadline(SILENCE_MS, signal, async (ended) => {
    let letGo: unknown;
    const ask = async () => {
      try {
        return await host.outcome(address, id);
      } catch (error) {
        if (!wasLetGo(error)) throw error;
        letGo = error;
        return undefined;
      }
    };
    const outcome = await repeatWhileAway(ask, ended);
    if (letGo !== undefined) throw letGo;
    return outcome !== undefined;
  });
}

/** This side has closed its connection itself: nothing is heard there again. */
function wasLetGo(error: unknown): boolean {
  return error instanceof Error && (error.cause as { name?: unknown } | undefined)?.name === "AbortError";
}

function hasEnded(error: unknown): boolean {
  return (error as { code?: unknown } | null)?.code === ENDED;
}
