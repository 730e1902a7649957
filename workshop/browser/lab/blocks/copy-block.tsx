import type { ReactElement } from "react";
import { Button } from "react-aria-components";
import type { ActionView } from "../../../common/page-view.js";
import { Icon } from "../../parts/icon.js";
import { useCopy } from "../../store/clipboard.js";
import { shortened } from "./action-names.js";
import { Command } from "./command-text.js";

/** A text to take along; where it must be changed first, the block says so. */
export function CopyBlock({ action }: { action: ActionView }): ReactElement {
  const { state, copy } = useCopy();
  const text = action.text ?? "";
  return (
    <div role="group" className="block" aria-label={action.title}>
      <div className="block__head">
        <span className="block__target">
          <Icon name="copy" size={14} /> {action.title}
        </span>
        {action.kind === "copy-and-edit" && !/change/i.test(action.title) && (
          <span className="badge badge--warning">change values before use</span>
        )}
      </div>
      <Command text={action.description ?? text} />
      <div className="block__foot">
        <Button
          className="button button--small"
          aria-label={`Copy: ${shortened(text)}`}
          onPress={() => void copy(text)}
        >
          <Icon name={state === "copied" ? "tick" : "copy"} size={14} />
          {state === "copied" ? "Copied" : "Copy"}
        </Button>
        <span className="status" data-tone="warning" role="status">
          {state === "refused" && "The browser did not allow it; select the text and copy it."}
        </span>
      </div>
    </div>
  );
}
