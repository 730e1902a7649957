import { useState, type ReactElement } from "react";
import { Button } from "react-aria-components";
import { Icon } from "../../parts/icon.js";
import { frameAddress } from "./frame-address.js";
import "./frame-tab.css";

/** A web page the lab shows beside the text. A browser tells nobody whether such a page arrived, so the way out is always there. */
export function FrameTab({ name, url }: { name: string; url: string }): ReactElement {
  const [attempt, setAttempt] = useState(0);
  const address = frameAddress(url);
  if (!address)
    return (
      <div className="frame-tab__problem">
        <p className="notice notice--warning" role="alert">
          <span>
            The tab {name} cannot be shown: the lab gives it the address <code>{url}</code>, which is no web
            address. Its author has to mend it; the lab goes on without it.
          </span>
        </p>
      </div>
    );
  return (
    <div className="frame-tab">
      <div className="frame-tab__bar">
        <span className="frame-tab__note">
          From <strong>{address.host}</strong>. Empty or grey? Then it cannot be reached from here, or may not
          be shown inside another page.
        </span>
        <Button className="button button--small" onPress={() => setAttempt(attempt + 1)}>
          <Icon name="restart" size={14} /> Load again
        </Button>
        <a className="button button--small" href={address.href} target="_blank" rel="noopener noreferrer">
          <Icon name="external" size={14} /> Open in a new tab
        </a>
      </div>
      <iframe
        key={attempt}
        className="frame-tab__frame"
        // Loaded when it is first brought forward.
        loading="lazy"
        src={address.href}
        title={name}
        sandbox={address.sandbox}
      />
    </div>
  );
}
