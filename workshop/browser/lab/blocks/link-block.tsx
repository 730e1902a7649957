import type { ReactElement } from "react";
import { Button } from "react-aria-components";
import type { ActionView } from "../../../common/page-view.js";
import { Icon } from "../../parts/icon.js";
import { useLab } from "../lab-context.js";

/** A step that opens something: a page in a new tab, a tab beside the text, a terminal. */
export function LinkBlock({ action }: { action: ActionView }): ReactElement {
  const { open } = useLab();
  if (action.kind === "open-url") {
    return (
      <a className="button block-link" href={action.url} target="_blank" rel="noopener noreferrer">
        <Icon name="external" size={14} /> {action.title}
        <span className="visually-hidden"> (opens in a new tab)</span>
      </a>
    );
  }
  return (
    <Button className="button block-link" onPress={() => void open(action)}>
      <Icon name={action.kind === "terminal-select" ? "terminal" : "arrowRight"} size={14} /> {action.title}
    </Button>
  );
}
