import type { ReactElement } from "react";
import { Icon, Spinner } from "../parts/icon.js";
import { useSession } from "../store/use-session.js";
import { backWords } from "./connection-words.js";
import { useLab } from "./lab-context.js";
import "./bars.css";

/** A thin bar while the line to the server is down, and for a moment after it is back. */
export function ConnectionBar(): ReactElement {
  const { store } = useLab();
  const connection = useSession(store, (state) => state.connection);
  const terminals = useSession(store, (state) => state.terminals);
  return (
    <div className="bar-slot" role="status">
      {connection === "lost" && (
        <p className="bar bar--warning">
          <Spinner /> Reconnecting… Commands that run go on; what you see is from before.
        </p>
      )}
      {connection === "restored" && (
        <p className="bar bar--success">
          <Icon name="tick" /> {backWords(terminals)}
        </p>
      )}
    </div>
  );
}
