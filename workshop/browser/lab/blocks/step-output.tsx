import { useState, type ReactElement } from "react";
import { Button } from "react-aria-components";
import type { StepResult } from "../../../common/api.js";
import { Icon } from "../../parts/icon.js";
import { useLab } from "../lab-context.js";
import { outputToShow, type ShownOutput } from "./shown-output.js";

/** What a block shows of its output, and whether all of it was asked for. */
export interface StepOutputState {
  shown: ShownOutput | undefined;
  isOpen: boolean;
  toggle: () => void;
}

export function useStepOutput(result: StepResult | undefined): StepOutputState {
  const [isOpen, setIsOpen] = useState(false);
  const { isNarrow } = useLab();
  const shown = result && outputToShow(result, { isOpen, isNarrow });
  return { shown, isOpen, toggle: () => setIsOpen(!isOpen) };
}

/** Shows all of the output or folds it. It stands in the block's last line, so that a result takes no room of its own. */
export function OutputToggle({ output }: { output: StepOutputState }): ReactElement | null {
  if (!output.shown?.hasMore) return null;
  return (
    <Button
      className="button button--quiet button--small block__output"
      aria-expanded={output.isOpen}
      onPress={output.toggle}
    >
      <Icon name={output.isOpen ? "chevronDown" : "chevronRight"} size={14} />
      {output.isOpen ? "Hide output" : "Show output"}
    </Button>
  );
}

/** Why a block failed or has no verdict, the last line it printed, and all of it on request. */
export function StepOutput({ output: { shown } }: { output: StepOutputState }): ReactElement | null {
  if (!shown || (shown.reason === undefined && shown.text === "")) return null;
  return (
    <div className="output">
      {shown.reason && <p className="output__reason">{shown.reason}</p>}
      {shown.text !== "" && (
        <pre className="output__text" tabIndex={0} role="group" aria-label="Output">
          {shown.text}
        </pre>
      )}
    </div>
  );
}
