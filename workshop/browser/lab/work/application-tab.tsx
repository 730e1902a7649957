import { useQuery } from "@tanstack/react-query";
import { useState, type ReactElement } from "react";
import { Button } from "react-aria-components";
import type { IngressAddress } from "../../../common/ingress.js";
import { Icon } from "../../parts/icon.js";
import { routeUrl } from "../../store/navigation.js";
import { applicationQuery } from "../application-address.js";
import { useLab } from "../lab-context.js";
import { frameAddress } from "./frame-address.js";
import "./frame-tab.css";

interface Props {
  name: string;
  ingress: IngressAddress;
  /** Whether its tab is the one in sight. */
  isShown: boolean;
}

/** An application that runs in the session. What stands in its place where it does not answer tries again by itself. */
export function ApplicationTab({ name, ingress, isShown }: Props): ReactElement {
  const { session } = useLab();
  const [attempt, setAttempt] = useState(0);
  // Nothing is asked of the session before somebody looks.
  const [wasShown, setWasShown] = useState(isShown);
  if (isShown && !wasShown) setWasShown(true);
  const { data, error } = useQuery({ ...applicationQuery(session.id, ingress, attempt), enabled: wasShown });
  const address = data === undefined ? undefined : frameAddress(data);
  const own = routeUrl({
    screen: "application",
    session: session.id,
    ingress: ingress.name,
    path: ingress.path,
  });
  return (
    <div className="frame-tab">
      <div className="frame-tab__bar">
        <span className="frame-tab__note">
          {error ? error.message : "It runs in this session, and is shown to whoever may use the session."}
        </span>
        <Button className="button button--small" onPress={() => setAttempt(attempt + 1)}>
          <Icon name="restart" size={14} /> Load again
        </Button>
        <a className="button button--small" href={own} target="_blank" rel="noopener noreferrer">
          <Icon name="external" size={14} /> Open in a new tab
        </a>
      </div>
      {address && (
        <iframe
          key={attempt}
          className="frame-tab__frame"
          src={address.href}
          title={name}
          sandbox={address.sandbox}
        />
      )}
    </div>
  );
}
