import { lazy, Suspense, type ReactElement } from "react";
import { formatAgo } from "../../common/durations.js";
import { Link } from "../parts/link.js";
import { summaryOf } from "../store/step-results.js";
import { useNow } from "../store/use-now.js";
import { useSession } from "../store/use-session.js";
import { DownloadEverything } from "./download-everything.js";
import { DownloadTranscript } from "./download-transcript.js";
import { EndSession } from "./header/end-session.js";
import { useLab } from "./lab-context.js";

const OwnFeedback = lazy(async () => ({ default: (await import("../event/own-feedback.js")).OwnFeedback }));

/** What was done in this lab, and that its session goes on until it is ended. */
export function LabSummary(): ReactElement {
  const { store, session, isOver, isReadOnly, isWatching } = useLab();
  const results = useSession(store, (state) => state.results);
  const { done, failed, steps } = summaryOf(session.pages, results);
  const now = useNow(1000, !isOver);
  const end = new Date(session.expiresAt).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });
  return (
    <section className="lab-summary card" aria-label="Your way through this lab">
      <p>
        <strong>
          {steps > 0 && done === steps ? "You have done all of this lab." : "This is the last page."}
        </strong>{" "}
        {steps > 0 && `${doneWords(done, steps)}${failedWords(failed)}.`}
      </p>
      {!isOver && (
        <p>
          You began {formatAgo(now - Date.parse(session.openedAt ?? session.createdAt))}. Your session goes on
          until {end}, unless you end it.
        </p>
      )}
      {session.event !== undefined && !isWatching && (
        <Link to={{ screen: "own-results", event: session.event }}>Your results and certificate</Link>
      )}
      {session.event !== undefined && !isWatching && !isOver && (
        <Suspense>
          <OwnFeedback event={session.event} />
        </Suspense>
      )}
      <div className="lab-summary__ways">
        <DownloadEverything />
        <DownloadTranscript />
        {!isReadOnly && <EndSession isInText />}
      </div>
    </section>
  );
}

function doneWords(done: number, steps: number): string {
  if (steps > 1) return `${done} of ${steps} steps are done`;
  return done === 1 ? "Its one step is done" : "Its one step is not done yet";
}

function failedWords(failed: number): string {
  return failed === 0 ? "" : `, ${failed} failed`;
}
