import { useQuery } from "@tanstack/react-query";
import { useState, type ReactElement } from "react";
import type { IngressAddress } from "../../../common/ingress.js";
import { routeUrl } from "../../store/navigation.js";
import { applicationQuery } from "../application-address.js";
import { useLab } from "../lab-context.js";
import { frameAddress } from "./frame-address.js";
import { FrameBar } from "./frame-bar.js";
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
      <FrameBar
        note={error ? error.message : "It runs in this session, and is shown to whoever may use the session."}
        onReload={() => setAttempt(attempt + 1)}
        href={own}
      />
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
