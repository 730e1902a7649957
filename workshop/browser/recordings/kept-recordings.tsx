import { useQueryClient } from "@tanstack/react-query";
import { useState, type ReactElement } from "react";
import { Button } from "react-aria-components";
import type { RecordingInfo } from "../../../terminal/common/session-host.js";
import type { KeptRecordingsOf } from "../../common/kept-recordings-api.js";
import { formatAgo } from "../../common/durations.js";
import { type KeptViewer, recordingsApi } from "../api/recordings-api.js";
import { Confirm } from "../parts/confirm.js";
import { useNow } from "../store/use-now.js";
import { ChosenRecording } from "./chosen-recording.js";
import "./recordings.css";

/** Lines that are drawn; a class of thirty leaves as many. */
const MAX_LINES = 500;

interface Props {
  viewer: KeptViewer;
  all: readonly KeptRecordingsOf[];
}

/** Recordings of sessions that have ended, each to play, and for instructors to remove. */
export function KeptRecordings({ viewer, all }: Props): ReactElement {
  const queries = useQueryClient();
  const [chosen, setChosen] = useState<RecordingInfo>();
  const [asked, setAsked] = useState<KeptRecordingsOf>();
  const shown = all.slice(0, MAX_LINES);
  async function remove(): Promise<void> {
    if (asked === undefined) return;
    await recordingsApi.removeKept(asked.id);
    if (chosen?.session === asked.id) setChosen(undefined);
    await queries.invalidateQueries({ queryKey: ["kept-recordings"] });
  }
  return (
    <>
      <div className="table-scroll" tabIndex={0} role="region" aria-label="Recordings that are kept">
        <table className="table">
          <Head viewer={viewer} />
          <tbody>
            {shown.map((kept) => (
              <Line key={kept.id} viewer={viewer} kept={kept} onChoose={setChosen} onRemove={setAsked} />
            ))}
          </tbody>
        </table>
      </div>
      {all.length > MAX_LINES && (
        <p>
          The {MAX_LINES} that ended last are shown; there are {all.length - MAX_LINES} more.
        </p>
      )}
      {chosen && (
        <ChosenRecording key={`${chosen.session} ${chosen.name}`} viewer={viewer} recording={chosen} />
      )}
      <Confirm
        isOpen={asked !== undefined}
        title={`Remove the recordings of ${asked === undefined ? "" : whoseIs(asked)}?`}
        action="Remove"
        onConfirm={remove}
        onClose={() => setAsked(undefined)}
      >
        What the terminals of {asked?.session} showed is removed for good. Results stay.
      </Confirm>
    </>
  );
}

function Head({ viewer }: { viewer: KeptViewer }): ReactElement {
  return (
    <thead>
      <tr>
        <th scope="col">{viewer === "kept" ? "Whose" : "Session"}</th>
        {viewer === "kept" && <th scope="col">Event</th>}
        <th scope="col">Ended</th>
        <th scope="col">Play</th>
        {viewer === "kept" && (
          <th scope="col">
            <span className="visually-hidden">Remove</span>
          </th>
        )}
      </tr>
    </thead>
  );
}

interface LineProps {
  viewer: KeptViewer;
  kept: KeptRecordingsOf;
  onChoose: (recording: RecordingInfo) => void;
  onRemove: (kept: KeptRecordingsOf) => void;
}

function Line({ viewer, kept, onChoose, onRemove }: LineProps): ReactElement {
  const now = useNow(10_000);
  const isInstructors = viewer === "kept";
  return (
    <tr>
      <th scope="row" className="recordings__whose">
        {isInstructors && kept.person ? kept.person.name : ""} <code>{kept.session}</code>
      </th>
      {isInstructors && <td>{kept.event ?? "none"}</td>}
      <td title={new Date(kept.endedAt).toLocaleString()}>{formatAgo(now - kept.endedAt)}</td>
      <td>
        <div className="recordings__ways">
          {kept.recordings.map((recording) => (
            <Button
              key={recording.name}
              className="button button--small"
              aria-label={`Terminal ${recording.terminal} of ${whoseIs(kept)}, begun at ${new Date(recording.startedAt).toLocaleTimeString()}: play`}
              onPress={() => onChoose({ ...recording, session: kept.id })}
            >
              Terminal {recording.terminal}
            </Button>
          ))}
        </div>
      </td>
      {isInstructors && (
        <td>
          <Button
            className="button button--small"
            aria-label={`Remove… the recordings of ${whoseIs(kept)}`}
            onPress={() => onRemove(kept)}
          >
            Remove…
          </Button>
        </td>
      )}
    </tr>
  );
}

function whoseIs({ person, session }: KeptRecordingsOf): string {
  return person === undefined ? session : `${person.name}, ${session}`;
}
