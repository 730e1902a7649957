import { useState, type ReactElement } from "react";
import { useLab } from "../lab-context.js";
import { frameAddress } from "./frame-address.js";
import { FrameBar } from "./frame-bar.js";
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
      <FrameBar
        note={address ? "Click the slides to turn them with the arrow keys." : "This session has no slides."}
        onReload={() => setAttempt(attempt + 1)}
        href={address?.href}
      />
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
