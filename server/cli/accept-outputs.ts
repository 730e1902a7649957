import type { PagesAsRead } from "../../workshop/node/accept-outputs.js";
import type { ValidationReport } from "../../workshop/node/validation-report.js";

interface Telling {
  /** A file of the lab as whoever asked would write it. */
  place: (file: string) => string;
  tell: (line: string) => void;
}

/**
 * Writes the outputs that a validation accepted into the pages, and tells of each by file and line. Where the lab does not pass, none:
 * what came after a failed step may have come of that. Throws LAB_NOT_UPDATED.
 */
export async function acceptOutputs(
  pages: PagesAsRead,
  report: ValidationReport,
  { place, tell }: Telling,
): Promise<void> {
  if (report.steps.every(({ accepted }) => accepted === undefined)) return;
  if (report.outcome === "failed")
    return tell("No output was written to the pages, because the lab does not pass.");
  for (const { file, line, lines, newLines } of await pages.accept(report.steps))
    tell(
      `${place(file)}:${line}: wrote the output that came: ${lines} ${lines === 1 ? "line" : "lines"}, ${newLines} of them new`,
    );
}
