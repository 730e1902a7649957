import { type PageAction, expecting } from "../common/action.js";

/** A command that does nothing changes nothing: what its conditions ask for is so soon, or will not be. */
const LONGEST_WAIT_MS = 10_000;

/** The step as one whose command does nothing; what it is expected to come to stays. */
export function withoutCommand(action: PageAction): PageAction {
  const { expectation, view } = action;
  const timeoutMs = Math.min(expectation.timeoutMs, LONGEST_WAIT_MS);
  return expecting({ ...action, view: { ...view, text: "true" } }, { ...expectation, timeoutMs });
}
