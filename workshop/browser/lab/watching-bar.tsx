import type { ReactElement } from "react";
import { Link } from "../parts/link.js";
import { useLab } from "./lab-context.js";

/** Tells an instructor whose session this is and where its learner reads, and leads back to all of them. */
export function WatchingBar(): ReactElement | null {
  const { session, isWatching, isFollowing } = useLab();
  if (!isWatching) return null;
  const number = session.pages.findIndex(({ name }) => name === session.currentPage) + 1;
  return (
    <aside className="bar bar--ended" aria-label="Watching">
      <span>
        <strong>You are watching {session.id}.</strong>{" "}
        {isFollowing ? "The page follows the learner." : `The learner is on page ${number}.`} Nothing can be
        run from here.
      </span>
      {!isFollowing && (
        <Link className="button button--small" to={{ screen: "watch", session: session.id }}>
          Follow the learner
        </Link>
      )}
      <Link className="button button--small" to={{ screen: "instructor" }}>
        All sessions
      </Link>
    </aside>
  );
}
