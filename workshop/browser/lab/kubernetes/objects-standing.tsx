import type { ReactElement } from "react";
import { Spinner } from "../../parts/icon.js";
import type { ObjectsState } from "./live-objects.js";

/** What is to be said of the objects as a whole: that they are being read, may be old, or are not all. */
export function ObjectsStanding({
  state,
  isOver,
}: {
  state: ObjectsState;
  isOver: boolean;
}): ReactElement | null {
  const { standing, connection } = state;
  if (isOver) return <p className="notice kube-notice">The session has ended, and its objects with it.</p>;
  const problem = connection === "lost" ? "The connection to the server is lost." : standing?.problem;
  if (problem !== undefined)
    return (
      <p className="notice notice--warning kube-notice" role="alert">
        <span>{problem} What is shown may be old; it is tried again by itself.</span>
      </p>
    );
  if (standing?.isComplete !== true)
    return (
      <p className="kube-note kube-notice" role="status">
        <Spinner /> Reading the objects of the namespace…
      </p>
    );
  const { unread, leftOut } = standing;
  if (unread.length === 0 && leftOut === 0) return null;
  return (
    <p className="kube-note kube-notice">
      {leftOut > 0 && `${String(leftOut)} objects more than are shown here; kubectl lists them. `}
      {unread.length > 0 && `Not shown, as you may not list and watch them: ${unread.join(", ")}.`}
    </p>
  );
}
