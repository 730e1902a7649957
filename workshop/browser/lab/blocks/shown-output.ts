import type { StepResult, StepState } from "../../../common/api.js";
import { lastLine } from "../../store/step-outcome.js";

/** Lines shown under a block where the terminal is not in sight. */
const NARROW_LINES = 8;
/** States that need explaining at once. */
const EXPLAINED: readonly StepState[] = ["failed", "unknown", "interrupted"];

export interface ShownOutput {
  reason?: string;
  text: string;
  /** There is more than is shown, or all of it is shown and can be folded. */
  hasMore: boolean;
}

/** What a block shows of its output: nothing when all went well, the last line when it did not, the last lines on a narrow screen. */
export function outputToShow(
  result: Pick<StepResult, "state" | "output" | "message">,
  { isOpen, isNarrow }: { isOpen: boolean; isNarrow: boolean },
): ShownOutput | undefined {
  const output = result.output?.trimEnd() ?? "";
  const isExplained = EXPLAINED.includes(result.state);
  const reason = isExplained ? result.message : undefined;
  if (output === "" && reason === undefined) return undefined;
  const text = isOpen ? output : excerpt(output, isExplained, isNarrow);
  return { ...(reason === undefined ? {} : { reason }), text, hasMore: isOpen || text !== output };
}

function excerpt(output: string, isExplained: boolean, isNarrow: boolean): string {
  if (isNarrow) return output.split("\n").slice(-NARROW_LINES).join("\n");
  return isExplained ? (lastLine(output) ?? "") : "";
}
