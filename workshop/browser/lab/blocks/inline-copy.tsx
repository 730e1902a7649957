import type { ReactElement } from "react";
import { Button } from "react-aria-components";
import type { ActionView } from "../../../common/page-view.js";
import { Icon } from "../../parts/icon.js";
import { useCopy } from "../../store/clipboard.js";

/** The small button after an inline `code` that copies it. */
export function InlineCopy({ action }: { action: ActionView }): ReactElement {
  const { state, copy } = useCopy();
  return (
    <Button
      className="inline-copy"
      aria-label={state === "copied" ? "Copied" : `Copy ${action.text ?? ""}`}
      onPress={() => void copy(action.text ?? "")}
    >
      <Icon name={state === "copied" ? "tick" : "copy"} size={14} />
    </Button>
  );
}
