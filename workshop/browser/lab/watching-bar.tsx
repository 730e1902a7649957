import type { ReactElement } from "react";
import { Link } from "../parts/link.js";
import { useLab } from "./lab-context.js";

/** Tells an instructor whose session this is, and leads back to all of them. */
export function WatchingBar(): ReactElement | null {
  const { session, isWatching } = useLab();
  if (!isWatching) return null;
  return (
    <div className="bar bar--ended">
      <span>
        <strong>You are watching {session.id}.</strong> The page follows the learner; nothing can be run from
        here.
      </span>
      <Link className="button button--small" to={{ screen: "instructor" }}>
        All sessions
      </Link>
    </div>
  );
}
