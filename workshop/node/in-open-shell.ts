import type { SessionHost, ShellSpec, TerminalAddress } from "../../terminal/common/session-host.js";

/** The terminal host's word for a shell that has ended. */
const ENDED = "TERMINAL_NOT_FOUND";

/** A shell that has ended before anything could be done in it, twice: the platform is well, and what its shells begin with is not. */
export class EndedShell extends Error {
  override readonly name = "EndedShell";

  constructor({ terminal }: TerminalAddress) {
    super(`the shell of terminal ${terminal} ends as soon as it begins; see what its start-up files do`);
  }
}

/**
 * Does something in a terminal whose shell was opened; one that has ended since is opened anew, once, because what comes before may end it
 * a moment later. Throws EndedShell, and what is thrown otherwise.
 */
export async function inOpenShell<Result>(
  host: Pick<SessionHost, "open">,
  { address, shell }: { address: TerminalAddress; shell: ShellSpec },
  act: () => Promise<Result>,
): Promise<Result> {
  try {
    return await act();
  } catch (error) {
    if (!isEnded(error)) throw error;
  }
  await host.open(address, shell);
  return act().catch((error: unknown) => {
    throw isEnded(error) ? new EndedShell(address) : error;
  });
}

function isEnded(error: unknown): boolean {
  return (error as { code?: unknown } | null)?.code === ENDED;
}
