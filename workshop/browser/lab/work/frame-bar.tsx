import type { ReactElement } from "react";
import { Button } from "react-aria-components";
import { Icon } from "../../parts/icon.js";

interface Props {
  /** What is in the frame, or why nothing is. */
  note: string;
  onReload: () => void;
  /** Where the same is outside of the page; absent where there is nothing to open. */
  href: string | undefined;
}

/** What stands over a frame: what it is, and the ways to load it again and to see it alone. */
export function FrameBar({ note, onReload, href }: Props): ReactElement {
  return (
    <div className="frame-tab__bar">
      <span className="frame-tab__note">{note}</span>
      <Button className="button button--small" onPress={onReload}>
        <Icon name="restart" size={14} /> Load again
      </Button>
      {href !== undefined && (
        <a className="button button--small" href={href} target="_blank" rel="noopener noreferrer">
          <Icon name="external" size={14} /> Open in a new tab
        </a>
      )}
    </div>
  );
}
