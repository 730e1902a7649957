import { useState, type ReactElement } from "react";
import { Button } from "react-aria-components";
import type { StepResult } from "../../../common/api.js";
import { Icon } from "../../parts/icon.js";
import { useLab } from "../lab-context.js";
import { outputToShow } from "./shown-output.js";

/** Why a block failed or has no verdict, the last line it printed, and all of it on request. */
export function StepOutput({ result }: { result: StepResult | undefined }): ReactElement | null {
  const [isOpen, setIsOpen] = useState(false);
  const { isNarrow } = useLab();
  const shown = result && outputToShow(result, { isOpen, isNarrow });
  if (!shown) return null;
  return (
    <div className="output">
      {shown.reason && <p className="output__reason">{shown.reason}</p>}
      {shown.text !== "" && (
        <pre className="output__text" tabIndex={0} role="group" aria-label="Output">
          {shown.text}
        </pre>
      )}
      {shown.hasMore && (
        <Button
          className="button button--quiet button--small output__toggle"
          aria-expanded={isOpen}
          onPress={() => setIsOpen(!isOpen)}
        >
          <Icon name={isOpen ? "chevronDown" : "chevronRight"} size={14} />
          {isOpen ? "Hide output" : "Show output"}
        </Button>
      )}
    </div>
  );
}
