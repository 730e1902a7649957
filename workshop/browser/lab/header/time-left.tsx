import { useEffect, useState, type ReactElement } from "react";
import { Button } from "react-aria-components";
import { Icon } from "../../parts/icon.js";
import { formatTimeLeft, urgencyOf } from "../../../common/durations.js";
import { pausedUntil, timeLeft } from "../../../common/session-time.js";
import { useNow } from "../../store/use-now.js";
import { useLab } from "../lab-context.js";

/** The time the session has left; warns ten and two minutes before the end and offers more where that is allowed. */
export function TimeLeft(): ReactElement {
  const { session, store } = useLab();
  const now = useNow(1000);
  const left = timeLeft(session, now);
  const urgency = pausedUntil(session, now) === undefined ? urgencyOf(left) : "calm";
  const isShort = urgency !== "calm";
  useEffect(() => {
    if (urgency === "warning") store.announce("10 min are left.");
    if (urgency === "urgent") store.announce("2 min are left.");
  }, [urgency, store]);
  const end = new Date(session.expiresAt).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });
  return (
    <span className="time-left" data-urgency={urgency} title={`Ends at ${end}`}>
      <Icon name={isShort ? "warning" : "clock"} size={14} />
      <span role="timer" aria-label={`${formatTimeLeft(left)} left`}>
        {formatTimeLeft(left)} <span className="time-left__words">left</span>
      </span>
      {isShort && session.canExtend && <Extend minutes={session.extensionMinutes} />}
    </span>
  );
}

function Extend({ minutes }: { minutes: number }): ReactElement {
  const { store } = useLab();
  const [problem, setProblem] = useState<string>();
  async function extend(): Promise<void> {
    try {
      await store.extend();
    } catch (error) {
      setProblem(error instanceof Error ? error.message : String(error));
    }
  }
  return (
    <>
      <Button className="button button--small" onPress={() => void extend()}>
        Extend by {minutes} min
      </Button>
      {problem && <span role="alert">{problem}</span>}
    </>
  );
}
