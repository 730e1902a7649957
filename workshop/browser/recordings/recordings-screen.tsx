import { useQuery } from "@tanstack/react-query";
import { useState, type ReactElement } from "react";
import { Button } from "react-aria-components";
import type { RecordingInfo } from "../../../terminal/common/session-host.js";
import { formatAgo } from "../../common/durations.js";
import { recordingsApi } from "../api/recordings-api.js";
import { Link } from "../parts/link.js";
import { ScreenTitle } from "../parts/screen-title.js";
import { useNow } from "../store/use-now.js";
import { ChosenRecording } from "./chosen-recording.js";
import { QueriedScreen } from "../instructor/queried-screen.js";
import "./recordings.css";

interface Props {
  viewer: "learner" | "instructor";
  session: string;
}

/** What the terminals of a session showed, to play again. */
export function RecordingsScreen({ viewer, session }: Props): ReactElement {
  const query = useQuery({
    queryKey: ["recordings", viewer, session],
    queryFn: ({ signal }) => recordingsApi.list(viewer, session, signal),
  });
  return (
    <QueriedScreen title="Recordings" className="recordings" query={query} hasLogin={viewer === "instructor"}>
      {(all) => (
        <Recordings viewer={viewer} session={session} all={all} onLook={() => void query.refetch()} />
      )}
    </QueriedScreen>
  );
}

interface RecordingsProps extends Props {
  all: readonly RecordingInfo[];
  onLook: () => void;
}

function Recordings({ viewer, session, all, onLook }: RecordingsProps): ReactElement {
  const [chosen, setChosen] = useState<RecordingInfo>();
  return (
    <>
      <header className="instructor__head">
        <div>
          <ScreenTitle>Recordings of {session}</ScreenTitle>
          <p className="instructor__summary">What its terminals showed, since each of their shells began.</p>
        </div>
        <div className="instructor__make">
          <Link className="button" to={{ screen: viewer === "learner" ? "lab" : "watch", session }}>
            {viewer === "learner" ? "Back to the lab" : "Watch the session"}
          </Link>
          {viewer === "instructor" && (
            <Link className="button" to={{ screen: "kept-recordings" }}>
              Of sessions that have ended
            </Link>
          )}
          <Button className="button" onPress={onLook}>
            Look again
          </Button>
        </div>
      </header>
      {all.length === 0 ? (
        <p className="recordings__empty">
          No terminal was opened yet. What it shows will be here from its first prompt on.
        </p>
      ) : (
        <List all={all} chosen={chosen} onChoose={setChosen} />
      )}
      {chosen && (
        <ChosenRecording key={`${chosen.name} ${chosen.bytes}`} viewer={viewer} recording={chosen} />
      )}
    </>
  );
}

interface ListProps {
  all: readonly RecordingInfo[];
  chosen: RecordingInfo | undefined;
  onChoose: (recording: RecordingInfo) => void;
}

function List({ all, chosen, onChoose }: ListProps): ReactElement {
  const now = useNow(10_000);
  return (
    <div className="table-scroll" tabIndex={0} role="region" aria-label="All recordings of the session">
      <table className="table">
        <thead>
          <tr>
            <th scope="col">Terminal</th>
            <th scope="col">Began</th>
            <th scope="col" className="numeric">
              Size
            </th>
            <th scope="col">Play</th>
          </tr>
        </thead>
        <tbody>
          {all.map((recording) => (
            <tr key={recording.name} data-selected={recording.name === chosen?.name || undefined}>
              <td>Terminal {recording.terminal}</td>
              <td title={new Date(recording.startedAt).toLocaleString()}>
                {formatAgo(now - recording.startedAt)}
              </td>
              <td className="numeric">{Math.ceil(recording.bytes / 1024)} KiB</td>
              <td>
                <Button
                  className="button button--small"
                  aria-label={`Play terminal ${recording.terminal}, begun at ${new Date(recording.startedAt).toLocaleTimeString()}`}
                  onPress={() => onChoose(recording)}
                >
                  Play
                </Button>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
