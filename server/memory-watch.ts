import type { SessionUse } from "../terminal/common/session-host.js";
import { memoryShortage } from "../terminal/node/memory-shortage.js";
import { ServerError, serverErrorCodes } from "./errors.js";

/** Many who start a lab in the same moment cost one look. */
const FRESH_MS = 500;

/** How much memory is left where the server and, without pods of their own, its sessions run. */
export interface MemoryWatch {
  /** Why whatever asks for memory next may be ended by the kernel, in words; `undefined` where there is enough. */
  shortage(): string | undefined;
  /** The sessions that take most, largest first; empty where nobody can tell. */
  largest(): Promise<SessionUse[]>;
  /** Whether a session could be begun. */
  hasRoom(): boolean;
  /** Throws SERVER_MEMORY_SHORT where a session that is begun now could be ended before it is ready. */
  requireRoom(): void;
}

interface MemoryWatchParts {
  largest: () => Promise<SessionUse[]>;
  /** Whether shells are in pods, whose memory is that of their nodes. */
  hasPods: boolean;
  /** Why memory is short; that of this machine by default. */
  shortage?: () => string | undefined;
}

/** Watches the memory of this machine, and of the control group the server is in. */
export function createMemoryWatch({
  largest,
  hasPods,
  shortage: look = memoryShortage,
}: MemoryWatchParts): MemoryWatch {
  let seen: { at: number; short: string | undefined } | undefined;
  const shortage = () => {
    if (seen === undefined || performance.now() - seen.at > FRESH_MS)
      seen = { at: performance.now(), short: look() };
    return seen.short;
  };
  return {
    shortage,
    largest: () => largest().catch(() => []),
    hasRoom: () => hasPods || shortage() === undefined,
    requireRoom: () => {
      const short = hasPods ? undefined : shortage();
      if (short === undefined) return;
      throw new ServerError(
        serverErrorCodes.memoryShort,
        `No session can be begun just now, for memory is nearly used up: ${short}. What runs goes on; try again in a while. An instructor sees which sessions take most.`,
      );
    },
  };
}
