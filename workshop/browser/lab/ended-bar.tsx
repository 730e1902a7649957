import { lazy, Suspense, useState, type ReactElement } from "react";
import { Button } from "react-aria-components";
import type { SessionView } from "../../common/api.js";
import { api } from "../api/api-client.js";
import { Icon } from "../parts/icon.js";
import { Link } from "../parts/link.js";
import { navigate } from "../store/navigation.js";
import { useLab } from "./lab-context.js";

const OwnFeedback = lazy(async () => ({ default: (await import("../event/own-feedback.js")).OwnFeedback }));

/** Says that the session is over and why, and offers a new one; the text stays readable below. */
export function EndedBar(): ReactElement {
  const { session, isWatching } = useLab();
  const [problem, setProblem] = useState<string>();
  async function startAgain(): Promise<void> {
    try {
      navigate({ screen: "lab", session: (await api.startSession(session.lab)).id });
    } catch (error) {
      setProblem(error instanceof Error ? error.message : String(error));
    }
  }
  const { event } = session;
  return (
    <>
      <div className="bar bar--ended" role="status">
        <Icon name="end" />
        <span>
          <strong>
            {session.phase === "Ending" ? "This session is ending." : "This session has ended."}
          </strong>{" "}
          {reasonOf(session, isWatching)}
        </span>
        {!isWatching && (
          <Button className="button button--small button--primary" onPress={() => void startAgain()}>
            Start again
          </Button>
        )}
        {!isWatching && session.event !== undefined && (
          <Link className="button button--small" to={{ screen: "own-results", event: session.event }}>
            Your results
          </Link>
        )}
        {!isWatching && (
          <Link className="button button--small" to={{ screen: "catalogue" }}>
            All labs
          </Link>
        )}
        {problem && <span className="field__error">{problem}</span>}
      </div>
      {!isWatching && event !== undefined && (
        <Suspense>
          <div className="ended-feedback">
            <OwnFeedback event={event} />
          </div>
        </Suspense>
      )}
    </>
  );
}

const STILL = "You can go on reading; nothing can be run any more.";

/** What the server says of every end before its time, whoever asked for it. */
const EARLY = "It was ended.";

function reasonOf({ reason }: SessionView, isWatching: boolean): string {
  if (reason === undefined || reason.includes(STILL)) return STILL;
  if (reason !== EARLY) return `${reason} ${STILL}`;
  const who = isWatching
    ? "by its learner or by an instructor"
    : "by your instructor, or by you in another window";
  return `It was ended before its time was over, ${who}. ${STILL}`;
}
