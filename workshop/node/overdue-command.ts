import { setTimeout as sleep } from "node:timers/promises";
import type { SessionHost, TerminalAddress } from "../../terminal/common/session-host.js";

/** How long a command has to end after Ctrl-C before its shell is ended with it. */
const INTERRUPTED_MS = 5_000;

/** Calls once when a command has run for longer than expected. */
export class OverdueCommand {
  readonly #handle: () => void;
  readonly #timeoutMs: number;
  #timer: NodeJS.Timeout | undefined;

  constructor(handle: () => void, timeoutMs: number) {
    this.#handle = handle;
    this.#timeoutMs = timeoutMs;
  }

  start(): void {
    this.#timer ??= setTimeout(this.#handle, this.#timeoutMs);
  }

  stop(): void {
    clearTimeout(this.#timer);
  }
}

/** Ends what runs in a terminal: with Ctrl-C, and where that does nothing with its shell. */
export async function endCommand(
  host: Pick<SessionHost, "interrupt" | "endShell">,
  address: TerminalAddress,
  { hasEnded, signal }: { hasEnded: () => boolean; signal?: AbortSignal },
): Promise<void> {
  await host.interrupt(address);
  await sleep(INTERRUPTED_MS, undefined, signal && { signal });
  if (!hasEnded()) await host.endShell(address);
}
