import type { ReactElement } from "react";
import type { StepResult } from "../../../common/api.js";

/** What the author tells who has failed, folded until it is asked for. */
export function StepHint({ result }: { result: StepResult | undefined }): ReactElement | null {
  if (result?.state !== "failed" || result.hint === undefined) return null;
  return (
    <details className="hint">
      <summary>Show a hint</summary>
      <p>{result.hint}</p>
    </details>
  );
}
