import type { ReactElement } from "react";
import type { ActionView } from "../../../common/page-view.js";
import { Icon } from "../../parts/icon.js";
import { Command } from "./command-text.js";

/** A block its author must mend: what is wrong with it, and its text, so that the reader can go on by hand. */
export function ProblemBlock({ action }: { action: ActionView }): ReactElement {
  return (
    <div role="group" className="block block--problem" aria-label={`Broken block: ${action.action}`}>
      <div className="block__head">
        <span className="block__target">
          <Icon name="warning" size={14} /> This block does not work: <code>{action.action}</code>
        </span>
      </div>
      <p className="block__prose">{action.problem ?? "Its author has to mend it."}</p>
      {action.text !== undefined && <Command text={action.text} />}
    </div>
  );
}
