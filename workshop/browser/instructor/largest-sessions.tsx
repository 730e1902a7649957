import { useState, type ReactElement } from "react";
import { Button } from "react-aria-components";
import { api } from "../api/api-client.js";
import { Confirm } from "../parts/confirm.js";

interface Props {
  sessions: readonly { session: string; bytes: number }[];
}

/** The sessions that take most of what is used up; each can be ended there. */
export function LargestSessions({ sessions }: Props): ReactElement {
  const [ending, setEnding] = useState<string>();
  return (
    <>
      {sessions.length > 0 && (
        <ul className="largest-sessions" aria-label="Sessions that take most">
          {sessions.map(({ session, bytes }) => (
            <li key={session}>
              <span className="session-table__id">{session}</span> {sizeWords(bytes)}
              <Button
                className="button button--small"
                aria-label={`End ${session}`}
                onPress={() => setEnding(session)}
              >
                End…
              </Button>
            </li>
          ))}
        </ul>
      )}
      <Confirm
        isOpen={ending !== undefined}
        title={`End session ${ending ?? ""}?`}
        action="End session"
        onConfirm={async () => void (ending && (await api.endSession(ending)))}
        onClose={() => setEnding(undefined)}
      >
        Its namespace, files and terminals are deleted. What the learner has not taken away is gone.
      </Confirm>
    </>
  );
}

const UNITS = ["bytes", "KiB", "MiB", "GiB", "TiB"] as const;
const STEP = 1024;

/** `812 MiB`. */
export function sizeWords(bytes: number): string {
  const power = bytes < 1 ? 0 : Math.min(UNITS.length - 1, Math.floor(Math.log(bytes) / Math.log(STEP)));
  return `${Math.round(bytes / STEP ** power)} ${UNITS[power]}`;
}
