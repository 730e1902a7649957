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

type Told = Pick<StepResult, "state" | "output" | "message" | "checks">;

/** What a block shows of its output: nothing when all went well, the last line when it did not, the last lines on a narrow screen. */
export function outputToShow(
  result: Told,
  { isOpen, isNarrow }: { isOpen: boolean; isNarrow: boolean },
): ShownOutput | undefined {
  const output = result.output?.trimEnd() ?? "";
  const isExplained = EXPLAINED.includes(result.state);
  const reason = isExplained ? result.message : undefined;
  if (output === "" && reason === undefined) return undefined;
  const short = excerpt(output, isExplained, isNarrow);
  const text = isOpen ? output : reason?.endsWith(short) ? "" : short;
  const isSaid = reason === undefined || isToldByCheck(reason, result);
  return { ...(isSaid ? {} : { reason }), text, hasMore: isOpen || text !== output };
}

/** The check that failed stands below the block with the same sentence. */
function isToldByCheck(reason: string, { checks }: Told): boolean {
  return checks.some(({ state, detail }) => state === "failed" && detail === reason);
}

function excerpt(output: string, isExplained: boolean, isNarrow: boolean): string {
  if (isNarrow) return output.split("\n").slice(-NARROW_LINES).join("\n");
  return isExplained ? (lastLine(output) ?? "") : "";
}

/** Of a terminal's last lines those below the line the command was typed on; all of them where that is out of sight. */
export function outputSince(command: string, lines: string): string {
  const typed = command.split("\n").at(-1)?.trim() ?? "";
  if (typed === "") return lines;
  const shown = lines.split("\n");
  const at = shown.findLastIndex((line) => line.trimEnd().endsWith(typed));
  return shown.slice(at + 1).join("\n");
}
