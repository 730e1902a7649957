import { useState, type ReactElement } from "react";
import { Button } from "react-aria-components";
import type { LabSummary } from "../../common/api.js";
import { api } from "../api/api-client.js";
import { Confirm } from "../parts/confirm.js";
import { Icon, Spinner } from "../parts/icon.js";
import { Link } from "../parts/link.js";
import { navigate } from "../store/navigation.js";

/** One lab of the catalogue: what it is, and the way in. */
export function LabCard({ lab }: { lab: LabSummary }): ReactElement {
  if (lab.isUnread) return <UnreadLab lab={lab} />;
  return (
    <article className="card lab-card" aria-labelledby={`lab-${lab.name}`}>
      <div className="lab-card__text">
        <h2 className="lab-card__title" id={`lab-${lab.name}`}>
          {lab.title}
        </h2>
        <p className="lab-card__description">{lab.description}</p>
        <Facts lab={lab} />
        {lab.problems > 0 && (
          <p className="lab-card__problem">
            <Icon name="warning" /> {lab.problems === 1 ? "One problem" : `${lab.problems} problems`} in this
            lab's files; the page shows each where it is.
          </p>
        )}
        {lab.unavailable && (
          <p className="lab-card__problem">
            <Icon name="warning" /> Not available here: {lab.unavailable}
          </p>
        )}
      </div>
      <Entrance lab={lab} />
    </article>
  );
}

function UnreadLab({ lab }: { lab: LabSummary }): ReactElement {
  return (
    <article className="card lab-card" aria-labelledby={`lab-${lab.name}`} aria-busy="true">
      <div className="lab-card__text">
        <h2 className="lab-card__title" id={`lab-${lab.name}`}>
          {lab.title}
        </h2>
        <p className="lab-card__description">
          <Spinner /> Still being read. It can be started here when that is done.
        </p>
      </div>
    </article>
  );
}

function Facts({ lab }: { lab: LabSummary }): ReactElement {
  return (
    <ul className="lab-card__facts" aria-label="About this lab">
      <li>{lab.workMinutes === undefined ? `${lab.minutes} min` : `about ${lab.workMinutes} min`}</li>
      <li className="lab-card__level">{lab.level}</li>
      <li>{lab.pages === 1 ? "1 page" : `${lab.pages} pages`}</li>
      {lab.needs.map((need) => (
        <li key={need}>
          <span className={`badge${lab.unavailable ? " badge--warning" : ""}`}>needs {need}</span>
        </li>
      ))}
    </ul>
  );
}

function Entrance({ lab }: { lab: LabSummary }): ReactElement {
  const [isAsking, setIsAsking] = useState(false);
  const [isStarting, setIsStarting] = useState(false);
  const [problem, setProblem] = useState<string>();
  async function start(): Promise<void> {
    setIsStarting(true);
    setProblem(undefined);
    try {
      navigate({ screen: "lab", session: (await api.startSession(lab.name)).id });
    } catch (error) {
      setProblem(error instanceof Error ? error.message : String(error));
      setIsStarting(false);
    }
  }
  async function startAgain(): Promise<void> {
    if (lab.resume) await api.end(lab.resume.session);
    await start();
  }
  const named = { "aria-describedby": `lab-${lab.name}` };
  return (
    <div className="lab-card__entrance">
      {lab.resume && <Progress resume={lab.resume} />}
      <div className="lab-card__buttons">
        {lab.resume && (
          <Link
            className="button button--primary"
            to={{ screen: "lab", session: lab.resume.session, page: lab.resume.page }}
          >
            Resume
          </Link>
        )}
        {!lab.unavailable && (
          <Button
            {...named}
            className={`button${lab.resume ? "" : " button--primary"}`}
            isDisabled={isStarting}
            onPress={() => (lab.resume ? setIsAsking(true) : void start())}
          >
            {isStarting ? "Starting…" : lab.resume ? "Start again" : "Start"}
          </Button>
        )}
      </div>
      {problem && (
        <p className="field__error" role="alert">
          {problem}
        </p>
      )}
      <Confirm
        isOpen={isAsking}
        title={`Start “${lab.title}” again?`}
        action="End it and start again"
        onConfirm={startAgain}
        onClose={() => setIsAsking(false)}
      >
        The session you have begun ends: its namespace, its files and what you did in its terminals are
        deleted.
      </Confirm>
    </div>
  );
}

function Progress({ resume }: { resume: NonNullable<LabSummary["resume"]> }): ReactElement {
  return (
    <div className="lab-card__progress">
      <progress value={resume.stepsDone} max={Math.max(1, resume.steps)} aria-label="Steps done" />
      <span>
        {resume.stepsDone} of {resume.steps} steps done
      </span>
    </div>
  );
}
