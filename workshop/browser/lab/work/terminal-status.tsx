import { useEffect, useState, type ReactElement } from "react";
import { Button } from "react-aria-components";
import type { CloseReason, ConnectionState } from "../../../../terminal/browser/terminal-connection.js";
import { Icon, Spinner } from "../../parts/icon.js";

export interface TerminalTrouble {
  state: ConnectionState;
  reason: CloseReason | undefined;
}

interface Props {
  trouble: TerminalTrouble | undefined;
  isOver: boolean;
  /** Whether this page has had anything of the terminal to show. */
  wasOnline: boolean;
  onRetry: () => void;
  onNewShell: () => void;
}

/** Connecting is worth a word only when it takes longer than this. */
const PATIENCE_MS = 1000;

/** A line under the terminal while something is wrong with it, and the button that helps. */
export function TerminalStatus(props: Props): ReactElement | null {
  const { trouble, isOver, wasOnline, onRetry, onNewShell } = props;
  const isSlow = useIsSlow(trouble?.state === "connecting" || trouble?.state === "reconnecting");
  if (isOver) return <Line icon={<Icon name="end" size={14} />}>{wasOnline ? OVER : OVER_AND_GONE}</Line>;
  if (trouble?.state === "closed" && trouble.reason !== "disposed") {
    return (
      <Line icon={<Icon name="end" size={14} />}>
        {CLOSED[trouble.reason ?? "exited"]}
        <Button className="button button--small" onPress={onNewShell}>
          {trouble.reason === "exited" ? "Start a new shell" : "Try again"}
        </Button>
      </Line>
    );
  }
  if (!isSlow) return null;
  return (
    <Line icon={<Spinner />}>
      {trouble?.state === "connecting"
        ? "Opening the terminal…"
        : "Reconnecting… What you type is kept, and sent if the shell still runs."}
      <Button className="button button--small" onPress={onRetry}>
        Try now
      </Button>
    </Line>
  );
}

/** Why the shell before this one was taken away, until it was read. */
export function ShellLoss({ text }: { text: string }): ReactElement | null {
  const [isRead, setIsRead] = useState(false);
  if (isRead) return null;
  return (
    <div className="terminal-pane__status" data-notice role="alert">
      <Icon name="end" size={14} />
      {text}
      <Button className="button button--small" onPress={() => setIsRead(true)}>
        Dismiss
      </Button>
    </div>
  );
}

const OVER = "Read only: the session has ended.";
const OVER_AND_GONE = "What this terminal showed went with the session.";

const CLOSED: Record<CloseReason, string> = {
  exited: "This shell has ended; its last screen stays.",
  "not-allowed": "This terminal was closed: you may no longer use it.",
  "not-found": "The terminal is gone.",
  disposed: "",
};

function Line({ icon, children }: { icon: ReactElement; children: React.ReactNode }): ReactElement {
  return (
    <div className="terminal-pane__status" data-notice role="status">
      {icon}
      {children}
    </div>
  );
}

function useIsSlow(isWaiting: boolean): boolean {
  const [isSlow, setIsSlow] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setIsSlow(isWaiting), isWaiting ? PATIENCE_MS : 0);
    return () => clearTimeout(timer);
  }, [isWaiting]);
  return isWaiting && isSlow;
}
