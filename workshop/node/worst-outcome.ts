import type { CommandOutcome } from "../../terminal/common/session-host.js";

const SEVERITY = ["succeeded", "typed", "failed", "interrupted", "cancelled", "unknown"];

/** Of several terminals, the one where it went worst speaks for all. Throws where there is none. */
export function worstOf(outcomes: CommandOutcome[]): CommandOutcome {
  const [worst] = outcomes.toSorted(
    (one, other) => SEVERITY.indexOf(other.status) - SEVERITY.indexOf(one.status),
  );
  if (!worst) throw new Error("the step names no terminal");
  return worst;
}
