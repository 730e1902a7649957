import { useEffect, useState, type ReactElement } from "react";
import { Button } from "react-aria-components";
import type { Announcement, Answer } from "../../common/announcement.js";
import { pausedUntil } from "../../common/session-time.js";
import { api } from "../api/api-client.js";
import { CopyButton } from "../parts/copy-button.js";
import { Icon } from "../parts/icon.js";
import { usePreference } from "../store/preferences.js";
import { useNow } from "../store/use-now.js";
import { useLab } from "./lab-context.js";

/** What the instructor tells this learner, until it is put away; the work below stays in sight. */
export function AnnouncementBar(): ReactElement | null {
  const { session, store, isOver, isWatching } = useLab();
  const [seen, setSeen] = usePreference(`announcement.${session.id}`);
  const told = isOver || isWatching ? undefined : session.announcement;
  const isShown = told !== undefined && told.id !== seen;
  const text = isShown ? told.text : undefined;
  useEffect(() => {
    if (text !== undefined) store.announce(`Your instructor: ${text}`);
  }, [store, text]);
  if (!isShown) return null;
  return (
    <aside className="bar bar--guest" aria-label="From your instructor">
      <Icon name="speaker" />
      <span className="bar__text">{told.text}</span>
      {told.command !== undefined && <Command key={told.id} command={told.command} />}
      {told.asks === true && <Question told={told} />}
      <Button className="button button--small" onPress={() => setSeen(told.id)}>
        Put away
      </Button>
    </aside>
  );
}

/** It is the learner's to paste or run. */
function Command({ command }: { command: string }): ReactElement {
  const { session, paste, enterLine } = useLab();
  const [terminal = "1"] = session.terminals;
  return (
    <>
      <code className="bar__command">{command}</code>
      <Button className="button button--small button--primary" onPress={() => enterLine(terminal, command)}>
        Run it
      </Button>
      <Button className="button button--small" onPress={() => paste(terminal, command)}>
        Paste only
      </Button>
      <CopyButton text={command} what="the command" />
    </>
  );
}

function Question({ told }: { told: Announcement }): ReactElement {
  const { session } = useLab();
  const [problem, setProblem] = useState<string>();
  async function give(answer: Answer): Promise<void> {
    setProblem(undefined);
    try {
      await api.answerAnnouncement(session.id, told.id, answer);
    } catch (error) {
      setProblem(error instanceof Error ? error.message : String(error));
    }
  }
  return (
    <span className="bar__answers" role="group" aria-label="Your answer">
      {(["yes", "no"] as const).map((answer) => (
        <button
          key={answer}
          type="button"
          className={`button button--small${told.answer === answer ? " button--primary" : ""}`}
          aria-pressed={told.answer === answer}
          onClick={() => void give(answer)}
        >
          {answer === "yes" ? "Yes" : "No"}
        </button>
      ))}
      {problem && (
        <span className="field__error" role="alert">
          {problem}
        </span>
      )}
    </span>
  );
}

/** Says that time stands still, and until when. */
export function PauseBar(): ReactElement | null {
  const { session, store, isOver } = useLab();
  const until = pausedUntil(session, useNow(1000));
  const isPaused = until !== undefined && !isOver;
  const time = new Date(until ?? 0).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });
  useEffect(() => {
    if (isPaused) store.announce(`Pause until ${time}. Your time stands still.`);
  }, [store, isPaused, time]);
  if (!isPaused) return null;
  return (
    <aside className="bar bar--ended" aria-label="Pause">
      <Icon name="clock" />
      <span>
        <strong>Pause until {time}.</strong> Your time stands still, and everything stays as it is.
      </span>
    </aside>
  );
}
