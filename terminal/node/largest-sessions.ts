import type { SessionUse } from "../common/session-host.js";

/** As many as somebody looks at who has to end some. */
const LARGEST = 10;

/** Those that take most, largest first; ten at most. */
export function largestOf(uses: readonly SessionUse[]): SessionUse[] {
  return uses.toSorted((one, other) => other.bytes - one.bytes).slice(0, LARGEST);
}
