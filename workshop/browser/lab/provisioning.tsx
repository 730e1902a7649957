import { useState, type ReactElement } from "react";
import { Button } from "react-aria-components";
import type { ProvisioningStep, SessionView } from "../../common/api.js";
import { api } from "../api/api-client.js";
import { Icon, Spinner } from "../parts/icon.js";
import { Link } from "../parts/link.js";
import { ScreenTitle } from "../parts/screen-title.js";
import { TopBar } from "../parts/top-bar.js";
import { formatDuration } from "../../common/durations.js";
import { navigate } from "../store/navigation.js";
import { useNow } from "../store/use-now.js";
import { RecordingNote } from "./recording-note.js";
import "./provisioning.css";

/** The steps of making a session as they happen, and the way on where one failed. */
export function Provisioning({ session }: { session: SessionView }): ReactElement {
  const isFailed = session.phase === "Failed" || session.provisioning.some((step) => step.state === "failed");
  return (
    <>
      <TopBar />
      <main className="provisioning">
        <p className="provisioning__eyebrow">
          {isFailed ? "Could not prepare your session" : "Preparing your session"}
        </p>
        <ScreenTitle>{session.title}</ScreenTitle>
        {session.sessionsBefore !== undefined && !isFailed && (
          <p role="status">{placeInLine(session.sessionsBefore)}</p>
        )}
        <ol className="provisioning__steps" aria-busy={!isFailed}>
          {session.provisioning.map((step) => (
            <Step key={step.name} step={step} />
          ))}
        </ol>
        {!isFailed && <RecordingNote session={session} />}
        <div role="status">
          {isFailed && session.reason && <p className="notice notice--danger">{session.reason}</p>}
        </div>
        {isFailed && <WayOn session={session} />}
      </main>
    </>
  );
}

/** How long the wait is, in other learners' sessions. */
function placeInLine(before: number): string {
  if (before === 0) return "Yours is the next session to be made.";
  return before === 1 ? "1 session is made before yours." : `${before} sessions are made before yours.`;
}

function Step({ step }: { step: ProvisioningStep }): ReactElement {
  return (
    <li className="provisioning__step" data-state={step.state}>
      <span className="provisioning__sign">
        {step.state === "running" && <Spinner />}
        {step.state === "done" && <Icon name="tick" />}
        {step.state === "failed" && <Icon name="cross" />}
      </span>
      <span>
        {step.title}
        <span className="visually-hidden">: {step.state}</span>
        {step.message && <span className="provisioning__message">{step.message}</span>}
      </span>
      <span className="provisioning__time">
        {step.state === "running" ? (
          <Running />
        ) : (
          step.durationMs !== undefined && formatDuration(step.durationMs)
        )}
      </span>
    </li>
  );
}

function Running(): ReactElement {
  const [since] = useState(() => Date.now());
  return <>{formatDuration(useNow(100) - since)}</>;
}

function WayOn({ session }: { session: SessionView }): ReactElement {
  const [problem, setProblem] = useState<string>();
  async function tryAgain(): Promise<void> {
    try {
      await api.end(session.id).catch(() => undefined);
      navigate({ screen: "lab", session: (await api.startSession(session.lab)).id }, { replace: true });
    } catch (error) {
      setProblem(error instanceof Error ? error.message : String(error));
    }
  }
  return (
    <div className="provisioning__way">
      <Button className="button button--primary" onPress={() => void tryAgain()}>
        <Icon name="restart" /> Try again
      </Button>
      <Link className="button" to={{ screen: "catalogue" }}>
        Back to the labs
      </Link>
      {problem && <p className="field__error">{problem}</p>}
    </div>
  );
}
