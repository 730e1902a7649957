import { useState, type ReactElement } from "react";
import { Button } from "react-aria-components";
import { Icon } from "../../parts/icon.js";
import { useLab } from "../lab-context.js";
import { frameAddress } from "./frame-address.js";
import "./frame-tab.css";

interface Props {
  name: string;
  /** The place in the lab's slides, relative to their beginning. */
  place: string;
  /** Whether its tab is the one in sight. */
  isShown: boolean;
}

/** The lab's slides. They take keys once they have the focus, so that the arrows of the page stay the page's until then. */
export function SlidesTab({ name, place, isShown }: Props): ReactElement {
  const { session } = useLab();
  const [attempt, setAttempt] = useState(0);
  // A frame that is not in sight has no size, which slides are laid out by.
  const [wasShown, setWasShown] = useState(isShown);
  if (isShown && !wasShown) setWasShown(true);
  const address = session.slides === undefined ? undefined : frameAddress(session.slides + place);
  return (
    <div className="frame-tab">
      <div className="frame-tab__bar">
        <span className="frame-tab__note">
          {address ? "Click the slides to turn them with the arrow keys." : "This session has no slides."}
        </span>
        <Button className="button button--small" onPress={() => setAttempt(attempt + 1)}>
          <Icon name="restart" size={14} /> Load again
        </Button>
        {address && (
          <a className="button button--small" href={address.href} target="_blank" rel="noopener noreferrer">
            <Icon name="external" size={14} /> Open in a new tab
          </a>
        )}
      </div>
      {address && wasShown && (
        <iframe
          key={attempt}
          className="frame-tab__frame"
          src={address.href}
          title={name}
          sandbox={address.sandbox}
          allow="fullscreen"
        />
      )}
    </div>
  );
}
