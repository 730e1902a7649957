import { setTimeout as sleep } from "node:timers/promises";
import type { PageAction } from "../common/action.js";
import { isLeftByHand } from "../common/commands/left-by-hand.js";
import { mayEnd, neverEnds } from "../common/killercoda/never-ends.js";
import type { SessionHost, TerminalAddress } from "../../terminal/common/session-host.js";

/** How long a command has to end after Ctrl-C before its shell is ended with it. */
const INTERRUPTED_MS = 5_000;

/** How long a validation looks at a command that goes on until somebody ends it: whoever reads the page does so no longer. */
const ENDLESS_MS = 10_000;

/** Whether a command goes on until somebody ends it, where no block does that and nothing else is asked of it. */
export function goesOn({ view, ending, expectation: { exit, match } }: PageAction): boolean {
  return exit === 0 && match === undefined && ending === undefined && neverEnds(view.text ?? "");
}

/** Whether nothing but a person's hand ends it, and nothing else is asked of it: what goes on, and what is left by keys of its own. */
export function needsEnding(action: PageAction): boolean {
  const { view, ending, expectation } = action;
  const isAsked = expectation.exit !== 0 || expectation.match !== undefined || ending !== undefined;
  return goesOn(action) || (!isAsked && isLeftByHand(view.text ?? ""));
}

/** How long a validation waits for a command: for one that never ends by itself no longer than its readers do, for a log until what writes it may have ended. */
export function patienceMs({ view, expectation: { timeoutMs } }: PageAction, isEndless: boolean): number {
  return isEndless && !mayEnd(view.text ?? "") ? Math.min(timeoutMs, ENDLESS_MS) : timeoutMs;
}

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
