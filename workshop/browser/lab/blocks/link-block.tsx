import type { ReactElement } from "react";
import { Button } from "react-aria-components";
import type { SessionView } from "../../../common/api.js";
import type { ActionView } from "../../../common/page-view.js";
import { Icon } from "../../parts/icon.js";
import { useLab } from "../lab-context.js";

/** A step that opens something: a page in a new tab, with its address to be read before, a tab beside the text, a terminal. */
export function LinkBlock({ action }: { action: ActionView }): ReactElement {
  const { open, session } = useLab();
  if (action.kind === "open-url") {
    return (
      <div className="block-address">
        <a
          className="button block-link"
          href={addressOf(action, session)}
          target="_blank"
          rel="noopener noreferrer"
        >
          <Icon name="external" size={14} /> {action.title}
          <span className="visually-hidden"> (opens in a new tab)</span>
        </a>
        {/* That of a session's application is Lectern's own, and says nothing. */}
        {action.ingress === undefined && <code>{action.url}</code>}
      </div>
    );
  }
  return (
    <Button className="button block-link" onPress={() => void open(action)}>
      <Icon name={action.kind === "terminal-select" ? "terminal" : "arrowRight"} size={14} /> {action.title}
    </Button>
  );
}

function addressOf({ url, slides }: ActionView, session: Pick<SessionView, "slides">): string | undefined {
  return slides === undefined || session.slides === undefined ? url : session.slides + slides;
}
